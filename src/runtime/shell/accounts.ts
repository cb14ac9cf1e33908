// Users and groups of the images, as /etc/passwd and /etc/group list them.
import type { Userland } from '../process'

/** name:uid:gid:home:shell, and a comment when it is not the name. */
const USERS: Record<Exclude<Userland, 'none'>, string> = {
  busybox:
    'root:0:0:/root:/bin/sh daemon:1:1:/usr/sbin:/bin/false bin:2:2:/bin:/bin/false sys:3:3:/dev:/bin/false sync:4:100:/bin:/bin/sync mail:8:8:/var/spool/mail:/bin/false www-data:33:33:/var/www:/bin/false operator:37:37:/var:/bin/false:Operator nobody:65534:65534:/home:/bin/false',
  alpine:
    'root:0:0:/root:/bin/sh bin:1:1:/bin:/sbin/nologin daemon:2:2:/sbin:/sbin/nologin lp:4:7:/var/spool/lpd:/sbin/nologin sync:5:0:/sbin:/bin/sync shutdown:6:0:/sbin:/sbin/shutdown halt:7:0:/sbin:/sbin/halt mail:8:12:/var/mail:/sbin/nologin news:9:13:/usr/lib/news:/sbin/nologin uucp:10:14:/var/spool/uucppublic:/sbin/nologin cron:16:16:/var/spool/cron:/sbin/nologin ftp:21:21:/var/lib/ftp:/sbin/nologin sshd:22:22:/dev/null:/sbin/nologin games:35:35:/usr/games:/sbin/nologin ntp:123:123:/var/empty:/sbin/nologin:NTP guest:405:100:/dev/null:/sbin/nologin nobody:65534:65534:/:/sbin/nologin',
  debian:
    'root:0:0:/root:/bin/bash daemon:1:1:/usr/sbin:/usr/sbin/nologin bin:2:2:/bin:/usr/sbin/nologin sys:3:3:/dev:/usr/sbin/nologin sync:4:65534:/bin:/bin/sync games:5:60:/usr/games:/usr/sbin/nologin man:6:12:/var/cache/man:/usr/sbin/nologin lp:7:7:/var/spool/lpd:/usr/sbin/nologin mail:8:8:/var/mail:/usr/sbin/nologin news:9:9:/var/spool/news:/usr/sbin/nologin uucp:10:10:/var/spool/uucp:/usr/sbin/nologin proxy:13:13:/bin:/usr/sbin/nologin www-data:33:33:/var/www:/usr/sbin/nologin backup:34:34:/var/backups:/usr/sbin/nologin list:38:38:/var/list:/usr/sbin/nologin:Mailing_List_Manager irc:39:39:/run/ircd:/usr/sbin/nologin:ircd _apt:42:65534:/nonexistent:/usr/sbin/nologin: nobody:65534:65534:/nonexistent:/usr/sbin/nologin',
}

/** name:gid, and its members. */
const GROUPS: Record<Exclude<Userland, 'none'>, string> = {
  busybox:
    'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 kmem:9 wheel:10:root cdrom:11 dialout:18 floppy:19 video:28 audio:29 tape:32 www-data:33 operator:37 utmp:43 plugdev:46 staff:50 lock:54 netdev:82 users:100 nobody:65534',
  alpine:
    'root:0:root bin:1:root,bin,daemon daemon:2:root,bin,daemon sys:3:root,bin adm:4:root,daemon tty:5 disk:6:root lp:7:lp kmem:9 wheel:10:root floppy:11:root mail:12:mail news:13:news uucp:14:uucp cron:16:cron audio:18 cdrom:19 dialout:20:root ftp:21 sshd:22 input:23 tape:26:root video:27:root netdev:28 kvm:34:kvm games:35 shadow:42 www-data:82 users:100:games ntp:123 utmp:406 ping:999 nogroup:65533 nobody:65534',
  debian:
    'root:0 daemon:1 bin:2 sys:3 adm:4 tty:5 disk:6 lp:7 mail:8 news:9 uucp:10 man:12 proxy:13 kmem:15 dialout:20 fax:21 voice:22 cdrom:24 floppy:25 tape:26 sudo:27 audio:29 dip:30 www-data:33 backup:34 operator:37 list:38 irc:39 src:40 shadow:42 utmp:43 video:44 sasl:45 plugdev:46 staff:50 games:60 users:100 nogroup:65534',
}

export function accountFiles(userland: Userland): Record<string, string> {
  if (userland === 'none') {
    return {
      '/etc/passwd': 'root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin\n',
      '/etc/group': 'root:x:0:\nnobody:x:65534:\n',
    }
  }
  const users = USERS[userland].split(' ').map((entry) => {
    const [name, uid, gid, home, shell, comment = name] = entry.split(':')
    return `${name}:x:${uid}:${gid}:${comment.replaceAll('_', ' ')}:${home}:${shell}\n`
  })
  const groups = GROUPS[userland].split(' ').map((entry) => {
    const [name, gid, members = ''] = entry.split(':')
    return `${name}:x:${gid}:${members}\n`
  })
  return { '/etc/passwd': users.join(''), '/etc/group': groups.join('') }
}
