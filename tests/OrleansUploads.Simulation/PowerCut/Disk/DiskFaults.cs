namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>The temporary faults of a disk.</summary>
internal sealed record DiskFaults(
    Errno Error, IReadOnlyList<DiskOperation> Operations, int PerMille, Func<string, bool> Concerns)
{
    private static readonly DiskOperation[] Flushes = [DiskOperation.FlushFile, DiskOperation.FlushDirectory, DiskOperation.Close];

    /// <summary>Draws a fault that happens to real disks.</summary>
    public static DiskFaults Draw(SeededRandom random)
    {
        var error = random.Pick(Errno.InputOutput, Errno.NoSpace, Errno.ReadOnly, Errno.Quota);
        var operations = error == Errno.ReadOnly
            ? Enum.GetValues<DiskOperation>()
            : random.Pick<IReadOnlyList<DiskOperation>>(
                Flushes,
                Flushes,
                [DiskOperation.FlushFile],
                [DiskOperation.FlushDirectory],
                [DiskOperation.Write],
                Enum.GetValues<DiskOperation>());
        return new DiskFaults(
            error,
            operations,
            error == Errno.ReadOnly ? 1000 : random.Pick(100, 400, 1000),
            random.Pick<Func<string, bool>>(IsAnything, IsAnything, IsBytes, IsBytes, IsJournal));
    }

    /// <summary>Whether only space is missing. Everything must recover when there is space again.</summary>
    public bool IsLackOfRoom => Error is Errno.NoSpace or Errno.Quota;

    public override string ToString() =>
        $"{Error} for {string.Join(", ", Operations)} {PerMille}/1000, {Concerns.Method.Name}";

    private static bool IsAnything(string path) => true;

    private static bool IsBytes(string path) => path.Contains("/parts", StringComparison.Ordinal);

    private static bool IsJournal(string path) => path.Contains("journal.db", StringComparison.Ordinal);
}
