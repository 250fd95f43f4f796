
_clap_complete_jwtctl() {
    local IFS=$'\013'
    local _CLAP_COMPLETE_INDEX=${COMP_CWORD}
    local _CLAP_COMPLETE_COMP_TYPE=${COMP_TYPE}
    if compopt +o nospace 2> /dev/null; then
        local _CLAP_COMPLETE_SPACE=false
    else
        local _CLAP_COMPLETE_SPACE=true
    fi
    local words=("${COMP_WORDS[@]}")
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        words[COMP_CWORD]="$2"
    fi
    COMPREPLY=( $( \
        _CLAP_IFS="$IFS" \
        _CLAP_COMPLETE_INDEX="$_CLAP_COMPLETE_INDEX" \
        _CLAP_COMPLETE_COMP_TYPE="$_CLAP_COMPLETE_COMP_TYPE" \
        _CLAP_COMPLETE_SPACE="$_CLAP_COMPLETE_SPACE" \
        COMPLETE="bash" \
        "jwtctl" -- "${words[@]}" \
    ) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
    elif [[ $_CLAP_COMPLETE_SPACE == false ]] && [[ "${COMPREPLY-}" =~ [=/:]$ ]]; then
        compopt -o nospace
    fi
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _jwtctl jwtctl
else
    complete -o nospace -o bashdefault -F _jwtctl jwtctl
fi


# bash takes words apart at : and =, as in store:KID, URLs and NAME=VALUE. They are put together
# again before jwtctl is asked, and what bash keeps of the word is left out of the answers.
_jwtctl() {
    local line=${COMP_LINE:0:COMP_POINT} word blank at last=-1
    local -a words=()
    for ((at = 0; at <= COMP_CWORD; at++)); do
        word=${COMP_WORDS[at]}
        blank=${line%%[![:blank:]]*}
        line=${line#"$blank"}
        [[ $at -eq COMP_CWORD ]] && word=$line
        line=${line#"$word"}
        if [[ $last -ge 0 && -z $blank ]]; then
            words[last]+=$word
        else
            words[++last]=$word
        fi
    done
    local COMP_CWORD=$last kept=${words[last]%"$2"}
    local -a COMP_WORDS=("${words[@]}")
    _clap_complete_jwtctl "$1" "${words[last]}" "$3"
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
}
