namespace OrleansUploads.Simulation.World;

/// <summary>The source of all randomness in a world. The same seed draws the same numbers on every machine.</summary>
/// <remarks>SplitMix64. .NET's seeded generator is slower, and its sequence may change.</remarks>
internal sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    public int Below(int bound) => (int)(Next() % (uint)bound);

    /// <summary>Both ends included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>True at the given rate per thousand. A rate of 0 also draws, so that turning a fault off does not shift
    /// other draws.</summary>
    public bool Chance(int perMille) => Below(1000) < perMille;

    public TimeSpan Milliseconds(int least, int most) => TimeSpan.FromMilliseconds(Between(least, most));

    public T Pick<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    public void Fill(Span<byte> bytes)
    {
        foreach (ref var b in bytes)
        {
            b = (byte)Next();
        }
    }

    public SeededRandom Fork(ulong purpose) => new(new SeededRandom(_state ^ (purpose * 0xD1342543DE82EF95)).Next());
}
