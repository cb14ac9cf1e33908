// What controllers do over and over with objects that differ in name only: played once, compared with a second one, and from then on
// what was written for the first is written with the names of the next. A play is repeated only where all it reads is the same but for
// these names, so that it could not have gone another way.
import type { Played } from '../api/contracts'
import { Recording } from './recording'
import { Script, type Stage } from './script'

/** So many alike ones make a rehearsal worth its while. */
const FEW = 8
const MOST_SCRIPTS = 8
/** So much more often a play may be recorded than repeated before its role rests, for ever more plays to come. */
const MOST_MISSES = 4
const FIRST_REST = 16
const LONGEST_REST = 1024
const MOST_ROLES = 64

/** Scripts are good for one moment: times stand in them. */
interface Role {
  at: number
  scripts: Script[]
  misses: number
  /** Plays left to rest, and how many it will be the next time. */
  rest: number
  nextRest: number
}

export class Rehearsals {
  private roles = new Map<string, Role>()
  recording?: Recording

  constructor(private readonly stage: Stage) {}

  /** Plays it, or repeats what was played for another one. */
  alike<S>(role: string, among: number, subject: S, identity: (subject: S) => string[], play: () => Played): Played {
    const { env, state } = this.stage
    if (among < FEW || this.recording) return play()
    const own = this.roleOf(role, env.now())
    if (own.rest > 0) {
      own.rest--
      return play()
    }
    const names = identity(subject)
    let words: string[] | undefined
    const script = own.scripts.find((each) => {
      words = each.wordsFor(names, (key) => state.get(key))
      return words && each.fits(state, words, false)
    })
    if (words && script?.isProvenFor(words)) {
      const done = script.perform(this.stage, subject, words)
      if (done) {
        this.performed(own)
        return done
      }
      this.missed(own)
      return play()
    }
    this.missed(own)
    const { recording, done } = this.record(names, play)
    if (recording.spoiled) return done
    if (!script?.isProvenBy(recording)) {
      if (script) own.scripts.splice(own.scripts.indexOf(script), 1)
      own.scripts.unshift(new Script(recording))
      if (own.scripts.length > MOST_SCRIPTS) own.scripts.pop()
    }
    return done
  }

  private roleOf(name: string, now: number): Role {
    const known = this.roles.get(name)
    if (known?.at === now) return known
    if (known) {
      known.at = now
      known.scripts = []
      return known
    }
    const role = { at: now, scripts: [], misses: 0, rest: 0, nextRest: FIRST_REST }
    if (this.roles.size >= MOST_ROLES) this.roles.clear()
    this.roles.set(name, role)
    return role
  }

  private missed(role: Role): void {
    if (++role.misses <= MOST_MISSES) return
    role.misses = 0
    role.rest = role.nextRest
    role.nextRest = Math.min(LONGEST_REST, 2 * role.nextRest)
  }

  /** It went by heart. */
  performed(role: Role): void {
    role.misses = Math.max(0, role.misses - 1)
    role.nextRest = FIRST_REST
  }

  private record(names: string[], play: () => Played): { recording: Recording; done: Played } {
    const { env, state } = this.stage
    const recording = new Recording(state, names, env.now())
    const { random } = env
    this.recording = recording
    state.observer = recording
    env.rehearsal = { draw: (subject, make) => recording.draw(subject, make), derived: (each) => void recording.derived.push(each) }
    env.random = () => {
      recording.chance()
      return random()
    }
    let done: Played
    try {
      done = play()
    } finally {
      env.random = random
      env.rehearsal = undefined
      state.observer = undefined
      this.recording = undefined
    }
    recording.result = done.result
    recording.wake = done.wake
    recording.finish()
    return { recording, done }
  }
}
