// The scripts that make shells ask `__complete` what may follow. Each stands by itself: no shell library is needed.
// In the texts NAME is the program.

const BASH = String.raw`# bash completion for NAME

__NAME_choose() {
    local words=() last program=$1 line directive prefix width=0 names=() texts=()
    read -ra words <<<"${'$'}{COMP_LINE:0:COMP_POINT}"
    [[ ${'$'}{COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=("")
    last=${'$'}{words[${'$'}{#words[@]}-1]}
    # Other names of the program are most often aliases, which cannot be run from here.
    [[ $(type -t "$program") == alias ]] && program=NAME
    while IFS= read -r line; do
        if [[ $line =~ ^:[0-9]+$ ]]; then
            directive=${'$'}{line#:}
        else
            names+=("${'$'}{line%%$'\t'*}")
            texts+=("${'$'}{line#*$'\t'}")
        fi
    done < <("$program" __complete "${'$'}{words[@]:1}" 2>/dev/null)
    [[ -n $directive ]] && ((!(directive & 1))) || return 0
    if ((directive & 8)); then
        local IFS='|' pattern
        pattern="*.@(${'$'}{names[*]})"
        IFS=$'\n'
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(shopt -s extglob; compgen -f -X "!$pattern" -- "$last"; compgen -d -- "$last"))
        return 0
    fi
    if ((directive & 16)); then
        compopt -o filenames 2>/dev/null
        COMPREPLY=($(compgen -d -- "$last"))
        return 0
    fi
    ((directive & 2)) && compopt -o nospace 2>/dev/null
    ((directive & 4)) && compopt +o default 2>/dev/null
    # The shell takes what stands before a colon for a word of its own.
    [[ $last == *:* && $COMP_WORDBREAKS == *:* ]] && prefix=${'$'}{last%"${'$'}{last##*:}"}
    [[ $last == -*=* ]] && last=${'$'}{last#*=}
    local i found=()
    for i in "${'$'}{!names[@]}"; do
        [[ ${'$'}{names[i]} == "$last"* ]] || continue
        found+=("$i")
        ((${'$'}{#names[i]} > width)) && width=${'$'}{#names[i]}
    done
    for i in "${'$'}{found[@]}"; do
        line=${'$'}{names[i]#"$prefix"}
        # Only a list that is shown, and not put into the line, says what each choice is.
        if [[ $COMP_TYPE == 63 && ${'$'}{#found[@]} -gt 1 && ${'$'}{texts[i]} != "${'$'}{names[i]}" ]]; then
            printf -v line "%-${'$'}{width}s  (%s)" "$line" "${'$'}{texts[i]}"
            line=${'$'}{line:0:${'$'}{COLUMNS:-80}-2}
        fi
        COMPREPLY+=("$line")
    done
}

__start_NAME() {
    COMPREPLY=()
    __NAME_choose "$1"
}

complete -o default -F __start_NAME NAME
`

const ZSH = String.raw`#compdef NAME
compdef _NAME NAME

# zsh completion for NAME

_NAME() {
    local -a lines choices
    local directive line name program=${'$'}{words[1]}
    [[ -n ${'$'}{aliases[$program]} ]] && program=NAME
    lines=("${'$'}{(@f)$($program __complete "${'$'}{(@)words[2,CURRENT]}" 2>/dev/null)}")
    directive=${'$'}{lines[-1]#:}
    [[ $directive == <-> ]] && (( !(directive & 1) )) || return 1
    lines=("${'$'}{(@)lines[1,-2]}")
    if (( directive & 8 )); then
        _files -g "*.(${'$'}{(j:|:)lines})"
        return
    fi
    if (( directive & 16 )); then
        _files -/
        return
    fi
    for line in "${'$'}{lines[@]}"; do
        [[ -z $line ]] && continue
        name=${'$'}{${'$'}{line%%$'\t'*}//:/\\:}
        if [[ $line == *$'\t'* ]]; then
            choices+=("$name:${'$'}{line#*$'\t'}")
        else
            choices+=("$name")
        fi
    done
    local -a space
    (( directive & 2 )) && space=(-S '')
    # A value behind --flag= is a word of its own.
    [[ ${'$'}{words[CURRENT]} == -*=* ]] && compset -P '*='
    if (( ${'$'}{#choices} )); then
        _describe completions choices "${'$'}{space[@]}"
    elif (( !(directive & 4) )); then
        _files
    fi
}
`

const FISH = String.raw`# fish completion for NAME

function __NAME_lines
    set -l words (commandline -opc)
    set -l last (commandline -ct)
    set -l program $words[1]
    command NAME __complete $words[2..-1] "$last" 2>/dev/null
end

function __NAME_complete
    set -l lines (__NAME_lines)
    test (count $lines) -gt 0; or return
    set -l directive (string sub -s 2 -- $lines[-1])
    set -e lines[-1]
    set -l last (commandline -ct)
    test (math "bitand($directive, 1)") -eq 0; or return
    if test (math "bitand($directive, 8)") -ne 0
        for extension in $lines
            __fish_complete_suffix .$extension
        end
        return
    end
    if test (math "bitand($directive, 16)") -ne 0
        __fish_complete_directories "$last"
        return
    end
    # A value behind --flag= is completed together with its flag.
    set -l before (string match -r -- '^-[^=]*=' "$last")
    for line in $lines
        printf '%s%s\n' "$before" "$line"
    end
    if test (count $lines) -eq 0; and test (math "bitand($directive, 4)") -eq 0
        __fish_complete_path "$last"
    end
end

complete -c NAME -e
complete -c NAME -f -a '(__NAME_complete)'
`

const POWERSHELL = String.raw`# powershell completion for NAME

Register-ArgumentCompleter -Native -CommandName 'NAME' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition } | ForEach-Object { $_.Extent.Text })
    $before = @($words | Select-Object -Skip 1)
    if ($wordToComplete -ne '') { $before = @($before | Select-Object -SkipLast 1) }
    $last = if ($wordToComplete -eq '') { '""' } else { $wordToComplete }
    if ($PSVersionTable.PSVersion -ge [version]'7.3' -and $wordToComplete -eq '') { $last = '' }
    $lines = @(& NAME __complete @before $last 2>$null)
    if ($lines.Count -eq 0 -or $lines[-1] -notmatch '^:(\d+)$') { return }
    $directive = [int]$Matches[1]
    if (($directive -band 1) -ne 0) { return }
    $choices = @($lines | Select-Object -SkipLast 1)
    # Files are what PowerShell offers by itself.
    if (($directive -band 24) -ne 0) { return }
    $flag = ''
    if ($wordToComplete -match '^(-[^=]*=)') { $flag = $Matches[1] }
    $space = if (($directive -band 2) -ne 0) { '' } else { ' ' }
    foreach ($choice in $choices) {
        $name, $text = $choice -split [char]9, 2
        if (-not "$flag$name".StartsWith($wordToComplete)) { continue }
        if (-not $text) { $text = $name }
        [System.Management.Automation.CompletionResult]::new("$flag$name$space", $name, 'ParameterValue', $text)
    }
    if ($choices.Count -eq 0 -and ($directive -band 4) -ne 0) { '' }
}
`

const SCRIPTS: Record<string, string> = { bash: BASH, fish: FISH, powershell: POWERSHELL, zsh: ZSH }

/** The script for a shell; undefined for shells that there is none for. */
export function completionScript(shell: string, program: string): string | undefined {
  return SCRIPTS[shell]?.replaceAll('NAME', program)
}
