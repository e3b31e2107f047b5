namespace OrleansUploads.Core.Hashing;

/// <summary>SHA-256's word operations on one vector that holds the same word of several messages, one
/// message a lane.</summary>
/// <typeparam name="TVector">The register: one 32-bit word per lane.</typeparam>
/// <remarks>The function names are those of FIPS 180-4, section 4.1.2.</remarks>
internal interface ILaneVector<TVector>
    where TVector : unmanaged
{
    /// <summary>How many messages one vector holds.</summary>
    static abstract int Lanes { get; }

    /// <summary>Whether this processor has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>The same word in every lane.</summary>
    static abstract TVector Broadcast(uint word);

    /// <summary>Sum modulo 2^32, lane by lane.</summary>
    static abstract TVector Add(TVector left, TVector right);

    /// <summary>One round: d and h become the next round's e and a.</summary>
    static abstract void Round(
        TVector a, TVector b, TVector c, ref TVector d, TVector e, TVector f, TVector g, ref TVector h, TVector input);

    /// <summary>The word of the message schedule that follows 16 known ones, of which it needs four.</summary>
    static abstract TVector Extend(TVector w0, TVector w1, TVector w9, TVector w14);

    /// <summary>Reads one 64-byte block of every message and turns it into 16 vectors of native words.</summary>
    /// <param name="block">First byte of the block in the first message.</param>
    /// <param name="strideBytes">Distance from one message to the next.</param>
    /// <param name="words">Receives 16 vectors: word i of every message in vector i.</param>
    static abstract void LoadBlock(ref readonly byte block, int strideBytes, Span<TVector> words);
}
