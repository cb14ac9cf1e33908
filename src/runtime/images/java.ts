// openjdk and other builds of it.
import { language } from './language'

export const java = language(
  ['openjdk', 'eclipse-temurin', 'amazoncorretto'],
  'jshell',
  'openjdk version "21.0.5" 2024-10-15\n',
  240_000_000,
  ['java'],
)
