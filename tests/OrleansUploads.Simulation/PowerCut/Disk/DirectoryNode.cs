namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>A directory's names. Only a flush of the directory itself makes them durable; a flush of its files does
/// not.</summary>
internal sealed class DirectoryNode(ulong id, uint permissions, string path) : DiskNode(id, DirectoryType, permissions, path)
{
    private const uint DirectoryType = 0x4000;

    private readonly TwoVersions<string, DiskNode> _names = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, DiskNode> Names => _names.Visible;

    public DiskNode? Lookup(string name) => _names[name];

    public void Put(string name, DiskNode? node)
    {
        if (_names[name] is { } former)
        {
            former.Links--;
        }

        if (node is not null)
        {
            node.Links++;
            node.Path = $"{Path}/{name}";
        }

        _names[name] = node;
        _names.Touch(name);
        ModifiedAt = TimeProvider.System.GetUtcNow();
    }

    public override void Flush() => _names.Flush();

    public override void LoseFlush() => _names.LoseFlush();

    public override void LosePower(SeededRandom? survival)
    {
        if (survival is not null)
        {
            _names.KeepSome(survival, survival.Pick(100, 500, 900));
        }

        _names.Revert(static _ => true);
    }
}
