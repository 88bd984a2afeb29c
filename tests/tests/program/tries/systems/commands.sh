# The same tree and the same change for each system; its commands are below. `system` says which.

lay_out() {
    seq 1 30 >plain.txt
    printf 'a\r\nb\r\nc\r\n' >crlf.txt
    seq 1 40 >'old name.txt'
    mkdir -p dir 'with space'
    echo only >dir/only.txt
    echo x >'with space/a file'
    printf 'no newline' >unfinished
    echo früher >ünïcode.txt
    seq 1 9 >'größe.txt'
    echo 'echo hello' >run.sh
    : >empty
    head -c 5000 /dev/zero | tr '\0' '\1' >data.bin
    printf 'a\0b' >>data.bin
    case $system in git | hg | svn | bzr)
        ln -s plain.txt link
        echo text >becomes-link ;;
    esac
}

# What `patch` can make of one tree another.
change_text() {
    sed -i 's/^3$/three/' plain.txt
    printf 'a\r\nB\r\nc\r\n' >crlf.txt
    move 'old name.txt' 'new name.txt'
    sed -i 's/^7$/seven/' 'new name.txt'
    remove dir/only.txt
    echo y >'with space/a file'
    printf 'still no newline' >unfinished
    echo später >ünïcode.txt
    rm 'größe.txt'
    mkdir -p new
    echo new >new/file.txt
    add new/file.txt
    # Nobody has been told of this one.
    printf 'lose\r\n' >'lose Blätter.txt'
}

# What it cannot.
change_more() {
    head -c 4000 /dev/zero | tr '\0' '\2' >data.bin
    remove empty
    : >new/nothing
    printf '\0\1\377' >new/binary
    printf 'caf\351\n' >latin
    case $system in git | hg | svn | bzr)
        chmod +x run.sh
        test "$system" != svn || svn propset -q svn:executable yes run.sh
        printf 'echo hi\n' >new.sh
        chmod +x new.sh
        ln -sf crlf.txt link
        ln -s nowhere dangling
        test "$system" = svn || ln -sf plain.txt becomes-link ;;
    esac
    case $system in git) (cd sub && git fetch -q && git checkout -q "$(git rev-parse origin/later)") ;; esac
}

ours() { git -c user.name=Ada -c user.email=ada@example.org -c init.defaultBranch=main "$@"; }

begin() {
    top=$PWD
    case $system in
        git)
            ours init -q other
            (cd other && echo first >f && ours add f && ours commit -q -m first &&
                ours checkout -q -b later && echo later >f && ours commit -q -a -m later && ours checkout -q main)
            ours init -q --bare server
            ours clone -q server mine 2>/dev/null
            cd mine
            ours checkout -q -b main
            lay_out
            ours submodule --quiet add "$top/other" sub
            ours add -A
            ours commit -q -m base
            ours push -q -u origin main ;;
        hg)
            hg init server
            hg clone -q server mine
            cd mine
            lay_out
            hg addremove -q
            hg commit -q -m base
            hg push -q ;;
        svn)
            svnadmin create server
            svn mkdir -q -m trunk "file://$top/server/trunk"
            svn checkout -q "file://$top/server/trunk" mine
            cd mine
            lay_out
            svn add -q --force .
            svn commit -q -m base
            svn update -q ;;
        bzr)
            brz init -q server
            (cd server && lay_out && brz add -q && brz commit -q -m base)
            brz branch -q server mine ;;
        darcs)
            darcs initialize -q server
            (cd server && lay_out && darcs add -q -r --boring . &&
                darcs record -q -a -A ada@example.org --ignore-times -m base)
            darcs clone -q server mine ;;
        cvs)
            mkdir server first
            cvs -d "$top/server" init
            (cd first && lay_out && cvs -Q -d "$top/server" import -kb -I '!' -m base module v r)
            cvs -Q -d "$top/server" checkout -d mine module ;;
    esac
}

add() {
    case $system in
        cvs)
            cvs -Q add "$(dirname "$1")"
            cvs -Q add -kb "$1" ;;
        svn) svn add -q --parents "$1" ;;
        bzr) brz add -q "$1" ;;
        darcs) darcs add -q "$1" ;;
        *) program add "$1" ;;
    esac
}

remove() {
    case $system in
        git) git rm -q "$1" ;;
        bzr) brz remove -q --no-backup "$1" ;;
        cvs) cvs -Q remove -f "$1" ;;
        darcs) rm "$1" ;;
        *) program remove "$1" ;;
    esac
}

move() {
    case $system in
        cvs)
            mv "$1" "$2"
            cvs -Q remove "$1"
            cvs -Q add -kb "$2" ;;
        darcs) darcs move -q "$1" "$2" ;;
        *) program mv "$1" "$2" ;;
    esac
}

status() {
    case $system in
        git) git status --porcelain ;;
        darcs) darcs whatsnew --look-for-adds --summary || true ;;
        cvs) cvs -nq update 2>&1 || true ;;
        *) program status ;;
    esac
}

program() {
    case $system in
        bzr) brz "$@" ;;
        git) git "$@" ;;
        *) "$system" "$@" ;;
    esac
}
