using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OrleansUploads.Hashing;

/// <summary>A hash of many messages at a time, one message per vector lane.</summary>
internal static class LaneKernel<TState, TLanes, TVector>
    where TState : unmanaged, IHashState<TState>
    where TLanes : struct, ILaneVector<TVector>
    where TVector : unmanaged
{
    private const int StageBytes = LaneScratch<TState, TVector>.StageBytes;

    /// <summary>Appends whole blocks to messages. Each run is the address of the blocks for one message, all of
    /// <paramref name="runBytes"/>, a multiple of 64; each state is changed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Append(ReadOnlySpan<nint> runs, int runBytes, Span<TState> states)
    {
        Span<byte> scratch = stackalloc byte[LaneScratch<TState, TVector>.BytesOf(TLanes.Lanes)];
        var memory = new LaneScratch<TState, TVector>(scratch, TLanes.Lanes);
        var words = MemoryMarshal.Cast<TVector, uint>(memory.State);
        var stateWords = memory.State.Length;
        for (var first = 0; first < runs.Length; first += TLanes.Lanes)
        {
            var count = Math.Min(TLanes.Lanes, runs.Length - first);
            var group = MemoryMarshal.Cast<TState, uint>(states.Slice(first, count));
            words.Clear();
            for (var lane = 0; lane < count; lane++)
            {
                for (var i = 0; i < stateWords; i++) words[(i * TLanes.Lanes) + lane] = group[(lane * stateWords) + i];
            }

            Append(runs.Slice(first, count), runBytes, memory);
            for (var lane = 0; lane < count; lane++)
            {
                for (var i = 0; i < stateWords; i++) group[(lane * stateWords) + i] = words[(i * TLanes.Lanes) + lane];
            }
        }
    }

    /// <summary>Appends whole blocks to the messages whose state is in the memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Append(ReadOnlySpan<nint> runs, int runBytes, LaneScratch<TState, TVector> memory)
    {
        for (var offset = 0; offset < runBytes; offset += StageBytes)
        {
            var bytes = Math.Min(StageBytes, runBytes - offset);
            for (var lane = 0; lane < runs.Length; lane++)
            {
                CopyBlocks(runs[lane] + offset, bytes, memory.Stage.Slice(lane * StageBytes, StageBytes));
            }

            for (var staged = 0; staged < bytes; staged += HashStates.BlockBytes)
            {
                Prefetch(runs, offset + StageBytes + staged);
                TLanes.LoadBlock(in memory.Stage[staged], StageBytes, TState.IsBigEndian, memory.Schedule);
                TState.Compress<TLanes, TVector>(memory.State, memory.Schedule);
            }
        }
    }

    /// <summary>Fetches one block of each message into the cache while the processor computes. It does not do so by itself, because so
    /// many streams are more than it follows. Addresses behind the last message do no harm.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch(ReadOnlySpan<nint> runs, int offset)
    {
        foreach (var run in runs)
        {
            Sse.Prefetch0((byte*)run + offset);
        }
    }

    /// <summary>Copies whole blocks. There are so few that calling the general copy routine would cost more than copying them
    /// inline.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void CopyBlocks(nint from, int bytes, Span<byte> to)
    {
        ref var target = ref MemoryMarshal.GetReference(to);
        for (nuint at = 0; at < (nuint)bytes; at += HashStates.BlockBytes)
        {
            Vector512.Load((byte*)from + at).StoreUnsafe(ref target, at);
        }
    }
}

/// <summary>The memory of one computation, within a span of the caller's stack. Its vectors are aligned to cache lines, so that each
/// access touches one line instead of two.</summary>
internal readonly ref struct LaneScratch<TState, TVector>
    where TState : unmanaged, IHashState<TState>
    where TVector : unmanaged
{
    /// <summary>Number of bytes per lane that are copied to a staging buffer at a time. Without staging, equal offsets in all
    /// messages would compete for the same few cache lines, because the messages are far apart; they may also be
    /// unaligned.</summary>
    public const int StageBytes = 256;

    private const int CacheLineBytes = 64;

    /// <param name="stack">At least <see cref="BytesOf"/>.</param>
    /// <param name="lanes">The number of messages.</param>
    public LaneScratch(Span<byte> stack, int lanes)
    {
        var address = Unsafe.ByteOffset(ref Unsafe.NullRef<byte>(), ref MemoryMarshal.GetReference(stack));
        stack = stack[(int)(-address & (CacheLineBytes - 1))..];
        var vectors = MemoryMarshal.Cast<byte, TVector>(stack[..VectorsBytes]);
        Schedule = vectors[..TState.ScheduleWords];
        State = vectors[TState.ScheduleWords..];
        Stage = stack.Slice(VectorsBytes, lanes * StageBytes);
    }

    private static int StateWords => Unsafe.SizeOf<TState>() / sizeof(uint);

    private static int VectorsBytes => (TState.ScheduleWords + StateWords) * Unsafe.SizeOf<TVector>();

    /// <summary>The block is in the first 16.</summary>
    public Span<TVector> Schedule { get; }

    public Span<TVector> State { get; }

    public Span<byte> Stage { get; }

    /// <summary>The length of the stack that a number of lanes needs.</summary>
    public static int BytesOf(int lanes) => VectorsBytes + (lanes * StageBytes) + CacheLineBytes;
}
