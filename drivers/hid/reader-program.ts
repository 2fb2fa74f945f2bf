/**
 * The program that reads device nodes for the agent. Perl, as Node can neither wait for a character device without
 * parking a thread of its pool nor grab one (ioctl), and perl-base is part of every Debian. It needs no module.
 * It outlives the devices: what it opens and closes it is told, so that a plug starts no program.
 *
 * Argument: EAGAIN. Both ways frames of a letter, two bytes of length (big endian), and that many bytes.
 * Out: O the answer to an O, before all that comes of it · C closed
 *   R it reads, with the bytes of one input event · D what one read gave · G silence after R or D · W a write's error
 *   E the error that closed the nodes, errno's number and its words
 * In: O opens, in place of what is open; between zero bytes: flags, bytes to read at once, the silence that ends a code
 *   in s, the grab's request or 0, nodes · C closes · W is written to the first node.
 * End of input: the agent is gone, and so is this program.
 */
export const readerProgram = `
use strict;
my ($again) = @ARGV;
my (%nodes, $first, $size, $gap, $wait, $wanted);
sub frame {
  my $frame = $_[0] . pack('n', length $_[1]) . $_[1];
  for (my $at = 0; $at < length $frame;) {
    my $sent = syswrite(STDOUT, $frame, length($frame) - $at, $at);
    exit 1 unless defined $sent;
    $at += $sent;
  }
}
sub shut {
  %nodes = ();
  $first = $wait = undef;
  $wanted = '';
  vec($wanted, 0, 1) = 1;
}
sub fault {
  my $why = ($!+0) . " $_[0]: $!";
  shut();
  frame('E', $why);
}
sub opened {
  (my $flags, $size, $gap, my $grab, my @paths) = split /\\0/, $_[0];
  shut();
  frame('O', '');
  for my $path (@paths) {
    sysopen(my $node, $path, $flags + 0) or return fault('open');
    if ($grab) { ioctl($node, $grab + 0, 1) or return fault('grab') }
    $first ||= $node;
    $nodes{fileno $node} = $node;
    vec($wanted, fileno $node, 1) = 1;
  }
  $wait = $gap;
  frame('R', pack 'C', length pack 'l!l!SSl', 0, 0, 0, 0, 0);
}
shut();
my $orders = '';
while (1) {
  my $ready = $wanted;
  my $count = select($ready, undef, undef, $wait);
  next if $count < 0;
  if ($count == 0) { $wait = undef; frame('G', ''); next }
  for my $number (keys %nodes) {
    next unless vec($ready, $number, 1);
    my $got = sysread($nodes{$number}, my $bytes, $size);
    if (!defined $got) { next if $! == $again; fault('read'); last }
    if ($got == 0) { $! = 0; fault('hang-up'); last }
    $wait = $gap;
    frame('D', $bytes);
  }
  next unless vec($ready, 0, 1);
  my $got = sysread(STDIN, $orders, 4096, length $orders);
  exit 0 unless $got;
  while (length $orders >= 3) {
    my ($letter, $length) = unpack 'an', $orders;
    last if length $orders < 3 + $length;
    my $bytes = substr $orders, 3, $length;
    substr($orders, 0, 3 + $length) = '';
    if ($letter eq 'O') { opened($bytes) }
    elsif ($letter eq 'C') { shut(); frame('C', '') }
    elsif ($first) { defined syswrite($first, $bytes) or frame('W', "$!") }
  }
}
`;

/** For systems without Perl: reads one node, grabs and writes nothing. The agent's end ends it too. */
export const plainReaderProgram =
  'exec 3<&0; cat "$1" </dev/null & c=$!; { read -r _ <&3; kill $c; } >/dev/null 2>&1 & wait $c';
