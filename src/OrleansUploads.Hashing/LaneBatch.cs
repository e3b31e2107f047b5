using System.Runtime.Intrinsics;

namespace OrleansUploads.Hashing;

/// <summary>The ways to hash a batch. Tests select them by name.</summary>
internal enum BatchPath
{
    /// <summary>One message after another, with the platform's hash.</summary>
    OneByOne,

    /// <summary>Eight lanes, AVX2.</summary>
    Avx2,

    /// <summary>Eight lanes, AVX-512 on 256-bit registers.</summary>
    Avx512Half,

    /// <summary>Sixteen lanes, AVX-512.</summary>
    Avx512,
}

/// <summary>Continues the hashes of several messages together.</summary>
internal static class LaneBatch
{
    /// <summary>The largest number of messages that this processor hashes at a time; 8 if it hashes one at a time.</summary>
    public static int MaxLanes => LanesAvx512.IsSupported ? LanesAvx512.Lanes : LanesAvx2.Lanes;

    public static bool IsSupported(BatchPath path) => path switch
    {
        BatchPath.OneByOne => true,
        BatchPath.Avx2 => LanesAvx2.IsSupported,
        BatchPath.Avx512Half => LanesAvx512Half.IsSupported,
        BatchPath.Avx512 => LanesAvx512.IsSupported,
    };

    /// <summary>Appends blocks by the fastest method; the parameters are the kernel's. Requires
    /// <see cref="OpenSslBlocks{TState}.IsSupported"/>.</summary>
    public static void Append<TState>(ReadOnlySpan<nint> runs, int runBytes, Span<TState> states)
        where TState : unmanaged, IHashState<TState>
    {
        while (!runs.IsEmpty)
        {
            var (path, count) = TState.Choose(runs.Length, runBytes);
            Append(path, runs[..count], runBytes, states[..count]);
            runs = runs[count..];
            states = states[count..];
        }
    }

    /// <summary>The processor must support the path.</summary>
    public static void Append<TState>(BatchPath path, ReadOnlySpan<nint> runs, int runBytes, Span<TState> states)
        where TState : unmanaged, IHashState<TState>
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(runBytes % HashStates.BlockBytes, 0);
        ArgumentOutOfRangeException.ThrowIfNotEqual(runs.Length, states.Length);
        switch (path)
        {
            case BatchPath.OneByOne:
                AppendOneByOne(runs, runBytes, states);
                break;
            case BatchPath.Avx2:
                LaneKernel<TState, LanesAvx2, Vector256<uint>>.Append(runs, runBytes, states);
                break;
            case BatchPath.Avx512Half:
                LaneKernel<TState, LanesAvx512Half, Vector256<uint>>.Append(runs, runBytes, states);
                break;
            case BatchPath.Avx512:
                LaneKernel<TState, LanesAvx512, Vector512<uint>>.Append(runs, runBytes, states);
                break;
        }
    }

    private static unsafe void AppendOneByOne<TState>(ReadOnlySpan<nint> runs, int runBytes, Span<TState> states)
        where TState : unmanaged, IHashState<TState>
    {
        for (var i = 0; i < runs.Length; i++)
        {
            OpenSslBlocks<TState>.Append(ref states[i], (byte*)runs[i], runBytes / HashStates.BlockBytes);
        }
    }
}
