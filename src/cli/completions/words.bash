
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
