using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>The four words of MD5 after any number of blocks.</summary>
[InlineArray(4)]
internal struct Md5State : IHashState<Md5State>
{
    private const int MinLanes = 2;

    private uint _first;

    /// <summary>RFC 1321, section 3.3.</summary>
    public static ReadOnlySpan<uint> Initial => [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476];

    public static HashAlgorithmName Algorithm => HashAlgorithmName.MD5;

    public static string OpenSslName => "MD5_Update";

    public static bool IsBigEndian => false;

    public static int ScheduleWords => HashStates.BlockWords;

    /// <summary>Each step of MD5 waits for the one before, in a lane as in a register, so two lanes are almost twice as fast as one message
    /// after the other.</summary>
    public static (BatchPath Path, int Count) Choose(int messages, int messageBytes)
    {
        if (messages < MinLanes || !LanesAvx2.IsSupported) return (BatchPath.OneByOne, messages);
        if (messages > LanesAvx512Half.Lanes && LanesAvx512.IsSupported) return (BatchPath.Avx512, Math.Min(messages, LanesAvx512.Lanes));
        return (LanesAvx512Half.IsSupported ? BatchPath.Avx512Half : BatchPath.Avx2, Math.Min(messages, LanesAvx2.Lanes));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compress<TLanes, TVector>(Span<TVector> state, Span<TVector> schedule)
        where TLanes : struct, ILaneVector<TVector>
        where TVector : unmanaged => Md5Kernel<TLanes, TVector>.Compress(state, schedule);
}
