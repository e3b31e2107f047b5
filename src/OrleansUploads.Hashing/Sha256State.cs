using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace OrleansUploads.Hashing;

/// <summary>The eight words of SHA-256 after any number of blocks.</summary>
[InlineArray(Words)]
internal struct Sha256State : IHashState<Sha256State>
{
    public const int Words = 8;
    public const int Rounds = 64;

    private uint _first;

    /// <summary>The state before the first block: FIPS 180-4, section 5.3.3.</summary>
    public static ReadOnlySpan<uint> Initial =>
    [
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
    ];

    public static HashAlgorithmName Algorithm => HashAlgorithmName.SHA256;

    public static string OpenSslName => "SHA256_Update";

    public static bool IsBigEndian => true;

    public static int ScheduleWords => Rounds;

    public static (BatchPath Path, int Count) Choose(int messages, int messageBytes) => Sha256Batch.Choose(messages, messageBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compress<TLanes, TVector>(Span<TVector> state, Span<TVector> schedule)
        where TLanes : struct, ILaneVector<TVector>
        where TVector : unmanaged => Sha256Kernel<TLanes, TVector>.Compress(state, schedule);
}
