namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Random choices from a seed. The same seed always gives the same choices.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>A number from 0 to one less than the bound.</summary>
    public int Below(int bound) => _random.Next(bound);

    /// <summary>True with a probability of one in <paramref name="throws"/>.</summary>
    public bool OneIn(int throws) => _random.Next(throws) == 0;

    public T Pick<T>(params ReadOnlySpan<T> items) => items[_random.Next(items.Length)];

    public T PickFrom<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A text of this many characters from an alphabet.</summary>
    public string Text(string alphabet, int chars) =>
        string.Create(chars, (this, alphabet), static (text, state) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = state.alphabet[state.Item1.Below(state.alphabet.Length)];
            }
        });
}
