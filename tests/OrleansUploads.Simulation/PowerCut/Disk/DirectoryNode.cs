namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>A directory's names. Only a flush of the directory itself makes them durable; a flush of its files does
/// not.</summary>
internal sealed class DirectoryNode(ulong id, uint permissions, string path) : DiskNode(id, permissions, path)
{
    private readonly SortedDictionary<string, DiskNode> _names = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, DiskNode> _durableNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unflushed = [];

    public IReadOnlyDictionary<string, DiskNode> Names => _names;

    public DiskNode? Lookup(string name) => _names.GetValueOrDefault(name);

    /// <summary>Sets a name, or removes it if the node is null.</summary>
    public void Put(string name, DiskNode? node)
    {
        if (_names.Remove(name, out var former))
        {
            former.Links--;
        }

        if (node is not null)
        {
            _names.Add(name, node);
            node.Links++;
            node.Path = $"{Path}/{name}";
        }

        _unflushed.Add(name);
        ModifiedAt = TimeProvider.System.GetUtcNow();
    }

    public override void Flush()
    {
        foreach (var name in _unflushed)
        {
            MakeDurable(name);
        }

        _unflushed.Clear();
    }

    public override void LoseFlush() => _unflushed.Clear();

    /// <summary>The power fails.</summary>
    /// <param name="survival">Chooses which unflushed names survive, or null if none does.</param>
    public void LosePower(SeededRandom? survival)
    {
        if (survival is not null)
        {
            var perMille = survival.Pick(100, 500, 900);
            foreach (var name in _names.Keys.Union(_durableNames.Keys).Order(StringComparer.Ordinal).ToList())
            {
                if (_names.GetValueOrDefault(name) != _durableNames.GetValueOrDefault(name) && survival.Chance(perMille))
                {
                    MakeDurable(name);
                }
            }
        }

        _names.Clear();
        foreach (var (name, node) in _durableNames)
        {
            _names.Add(name, node);
        }

        _unflushed.Clear();
    }

    private void MakeDurable(string name)
    {
        if (_names.TryGetValue(name, out var node))
        {
            _durableNames[name] = node;
        }
        else
        {
            _durableNames.Remove(name);
        }
    }
}
