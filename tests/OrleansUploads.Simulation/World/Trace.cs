namespace OrleansUploads.Simulation.World;

/// <summary>Everything that happened in a world, as one hash and optionally as readable lines.</summary>
internal sealed class Trace(bool keepsLines)
{
    private const ulong Prime = 0x100000001B3;

    private readonly List<string> _lines = [];

    /// <summary>FNV-1a over everything noted; equal on every machine for the same seed.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325;

    public long Notes { get; private set; }

    public bool KeepsLines => keepsLines;

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Notes what happened; the detail is for readers only and is not hashed.</summary>
    public void Note(DateTimeOffset at, int process, string what, string subject = "", long number = 0, string? detail = null)
    {
        Notes++;
        Mix((ulong)at.Ticks);
        Mix((ulong)process);
        Mix(what);
        Mix(subject);
        Mix((ulong)number);
        if (keepsLines)
        {
            var who = process < 0 ? "world " : $"host {process}";
            _lines.Add($"{(at - WorldClock.StartAt).TotalSeconds,12:F3}s  {who}  {what} {detail ?? subject} {(number == 0 ? "" : number)}".TrimEnd());
        }
    }

    private void Mix(ulong value) => Hash = (Hash ^ value) * Prime;

    private void Mix(string text)
    {
        foreach (var word in MemoryMarshal.Cast<char, ushort>(text.AsSpan()))
        {
            Hash = (Hash ^ word) * Prime;
        }

        Mix((ulong)text.Length);
    }
}
