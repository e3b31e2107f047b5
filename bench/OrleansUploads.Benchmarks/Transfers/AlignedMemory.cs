using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Memory whose address is a multiple of 4 KiB, as direct writes need it. It is used again and again.</summary>
internal static class AlignedMemory
{
    /// <summary>The length of a piece of memory: 1 MiB.</summary>
    public const int Bytes = 1 << 20;

    private const int Alignment = 4096;

    private static readonly ConcurrentBag<Memory<byte>> Free = [];

    public static Memory<byte> Rent() => Free.TryTake(out var memory) ? memory : Allocate();

    public static void Return(Memory<byte> memory) => Free.Add(memory);

    private static Memory<byte> Allocate()
    {
        var array = GC.AllocateUninitializedArray<byte>(Bytes + Alignment, pinned: true);
        var offset = (int)(Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) % Alignment);
        return array.AsMemory(offset == 0 ? 0 : Alignment - offset, Bytes);
    }
}
