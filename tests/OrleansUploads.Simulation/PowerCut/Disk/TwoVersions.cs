namespace OrleansUploads.Simulation.PowerCut.Disk;

/// <summary>Names or pages in two versions: what programs see, and what a power cut leaves.</summary>
internal sealed class TwoVersions<TKey, TValue>(IComparer<TKey>? order = null)
    where TKey : notnull
    where TValue : class
{
    private readonly SortedDictionary<TKey, TValue> _visible = new(order);
    private readonly SortedDictionary<TKey, TValue> _durable = new(order);
    private readonly HashSet<TKey> _unflushed = [];

    public IReadOnlyDictionary<TKey, TValue> Visible => _visible;

    public int Unflushed => _unflushed.Count;

    public TValue? this[TKey key]
    {
        get => _visible.GetValueOrDefault(key);
        set => Set(_visible, key, value);
    }

    /// <summary>Notes that a value has changed since the last flush.</summary>
    /// <returns>Whether this is its first change.</returns>
    public bool Touch(TKey key) => _unflushed.Add(key);

    public void Flush()
    {
        foreach (var key in _unflushed)
        {
            MakeDurable(key);
        }

        _unflushed.Clear();
    }

    /// <summary>A flush failed: its changes are not durable, and no later flush covers them.</summary>
    public void LoseFlush() => _unflushed.Clear();

    /// <summary>Writes one change back, as operating systems do at any time.</summary>
    public void FlushSome(SeededRandom random)
    {
        if (_unflushed.Count > 0)
        {
            var key = _unflushed.ElementAt(random.Below(_unflushed.Count));
            MakeDurable(key);
            _unflushed.Remove(key);
        }
    }

    /// <summary>Makes each change durable with a chance per thousand, even if a failed flush has lost it.</summary>
    public void KeepSome(SeededRandom survival, int perMille)
    {
        foreach (var key in _visible.Keys.Union(_durable.Keys).Order(order).ToList())
        {
            if (_visible.GetValueOrDefault(key) != _durable.GetValueOrDefault(key) && survival.Chance(perMille))
            {
                MakeDurable(key);
            }
        }
    }

    /// <summary>Makes the durable version visible. Keys that do not satisfy the condition are removed from both versions.</summary>
    public void Revert(Predicate<TKey> keeps)
    {
        _visible.Clear();
        foreach (var (key, value) in _durable.ToList())
        {
            Set(keeps(key) ? _visible : _durable, key, keeps(key) ? value : null);
        }

        _unflushed.Clear();
    }

    private void MakeDurable(TKey key) => Set(_durable, key, _visible.GetValueOrDefault(key));

    private static void Set(SortedDictionary<TKey, TValue> version, TKey key, TValue? value)
    {
        if (value is null)
        {
            version.Remove(key);
        }
        else
        {
            version[key] = value;
        }
    }
}
