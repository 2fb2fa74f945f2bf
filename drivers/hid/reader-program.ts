/**
 * The program that reads device nodes for the agent. Perl, as Node can neither wait for a character device without
 * parking a thread of its pool nor grab one (ioctl), and perl-base is part of every Debian. It needs no module.
 *
 * Arguments: open flags, bytes to read at once, EAGAIN, the silence that ends a code in s, the grab's request or 0, nodes.
 * Out: frames of a letter, two bytes of length (big endian), and that many bytes:
 *   R it reads, with the bytes of one input event · D what one read gave · G silence after R or D · W a write's error
 *   E the error that ends it, errno's number and its words
 * In: frames without the letter, written to the first node. End of input: the agent is gone, and so is this program.
 */
export const readerProgram = `
use strict;
my ($flags, $size, $again, $gap, $grab, @paths) = @ARGV;
sub frame {
  my $frame = $_[0] . pack('n', length $_[1]) . $_[1];
  for (my $at = 0; $at < length $frame;) {
    my $sent = syswrite(STDOUT, $frame, length($frame) - $at, $at);
    exit 1 unless defined $sent;
    $at += $sent;
  }
}
sub fault { frame('E', ($!+0) . ' ' . "$_[0]: $!"); exit 1 }
my (%nodes, $first);
my $wanted = '';
vec($wanted, 0, 1) = 1;
for my $path (@paths) {
  sysopen(my $node, $path, $flags) or fault('open');
  if ($grab) { ioctl($node, $grab + 0, 1) or fault('grab') }
  $first ||= $node;
  $nodes{fileno $node} = $node;
  vec($wanted, fileno $node, 1) = 1;
}
frame('R', pack 'C', length pack 'l!l!SSl', 0, 0, 0, 0, 0);
my ($orders, $wait) = ('', $gap);
while (1) {
  my $ready = $wanted;
  my $count = select($ready, undef, undef, $wait);
  next if $count < 0;
  if ($count == 0) { $wait = undef; frame('G', ''); next }
  for my $number (keys %nodes) {
    next unless vec($ready, $number, 1);
    my $got = sysread($nodes{$number}, my $bytes, $size);
    if (!defined $got) { next if $! == $again; fault('read') }
    if ($got == 0) { $! = 0; fault('hang-up') }
    $wait = $gap;
    frame('D', $bytes);
  }
  if (vec($ready, 0, 1)) {
    my $got = sysread(STDIN, $orders, 4096, length $orders);
    exit 0 unless $got;
    while (length $orders >= 2) {
      my $length = unpack 'n', $orders;
      last if length $orders < 2 + $length;
      my $report = substr $orders, 2, $length;
      substr($orders, 0, 2 + $length) = '';
      defined syswrite($first, $report) or frame('W', "$!");
    }
  }
}
`;

/** For systems without Perl: reads one node, grabs and writes nothing. The agent's end ends it too. */
export const plainReaderProgram =
  'exec 3<&0; cat "$1" </dev/null & c=$!; { read -r _ <&3; kill $c; } >/dev/null 2>&1 & wait $c';
