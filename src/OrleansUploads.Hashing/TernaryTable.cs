namespace OrleansUploads.Hashing;

/// <summary>Truth tables for the ternary-logic instruction: bit 4a + 2b + c is the result for (a, b, c).</summary>
internal static class TernaryTable
{
    /// <summary>a ^ b ^ c.</summary>
    public const byte Xor = 0b1001_0110;

    /// <summary>a ? b : c.</summary>
    public const byte Choose = 0b1100_1010;

    /// <summary>The majority of a, b and c.</summary>
    public const byte Majority = 0b1110_1000;
}
