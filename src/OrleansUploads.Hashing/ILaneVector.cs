using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Hashing;

/// <summary>The word operations of SHA-256 and MD5 on vectors. A vector holds the same word of several messages, one message per
/// lane.</summary>
/// <typeparam name="TVector">The vector type: one 32-bit word per lane.</typeparam>
/// <remarks>The function names of SHA-256 are from FIPS 180-4, section 4.1.2.</remarks>
internal interface ILaneVector<TVector>
    where TVector : unmanaged
{
    static abstract int Lanes { get; }

    static abstract bool IsSupported { get; }

    static abstract TVector Broadcast(uint word);

    /// <summary>Adds words modulo 2^32.</summary>
    static abstract TVector Add(TVector left, TVector right);

    static abstract TVector RotateLeft(TVector words, [ConstantExpected] byte bits);

    /// <summary>The bits of <paramref name="yes"/> where the condition has a one, and those of <paramref name="no"/> elsewhere.</summary>
    static abstract TVector Choose(TVector condition, TVector yes, TVector no);

    /// <summary>x ^ y ^ z.</summary>
    static abstract TVector Parity(TVector x, TVector y, TVector z);

    /// <summary>y ^ (x | ~z): the function I of RFC 1321, section 3.4.</summary>
    static abstract TVector OrNot(TVector x, TVector y, TVector z);

    /// <summary>Performs one round of SHA-256. <paramref name="d"/> and <paramref name="h"/> become the next round's e and a.</summary>
    /// <remarks>Each round waits for the e and a of the round before. So the sums for both take what depends on neither first and the
    /// rotations of e and a last, although the sum that they share must then be computed twice.</remarks>
    static abstract void Round(
        TVector a, TVector b, TVector c, ref TVector d, TVector e, TVector f, TVector g, ref TVector h, TVector input);

    /// <summary>Computes the next word of SHA-256's schedule from four of the previous 16.</summary>
    static abstract TVector Extend(TVector w0, TVector w1, TVector w9, TVector w14);

    /// <summary>Reads one 64-byte block of every message and converts the blocks to 16 vectors of native words.</summary>
    /// <param name="block">First byte of the block in the first message.</param>
    /// <param name="strideBytes">Distance between the starts of consecutive messages, in bytes.</param>
    /// <param name="isBigEndian">The order of the bytes in the words of the messages. A constant.</param>
    /// <param name="words">Receives 16 vectors: word i of every message in vector i.</param>
    static abstract void LoadBlock(ref readonly byte block, int strideBytes, bool isBigEndian, Span<TVector> words);
}
