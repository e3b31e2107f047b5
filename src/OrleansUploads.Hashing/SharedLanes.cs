namespace OrleansUploads.Hashing;

/// <summary>Hashes the bytes of several bodies at a time, one chain of each in a vector lane. A single chain cannot be
/// divided, but the chains of different bodies can be computed together.</summary>
/// <remarks>With few bodies in flight each one hashes its own bytes, because a group would be too small to be faster.</remarks>
public sealed class SharedLanes
{
    /// <summary>With fewer chains in flight, groups would rarely reach the five that lanes need to be faster: of the two chains of four bodies,
    /// half wait for bytes or are not needed yet.</summary>
    private const int MinSha256Chains = 10;

    private const int MinMd5Chains = 2;

    /// <summary>Creates lanes that are hashed by the thread pool.</summary>
    /// <param name="maxGroups">The number of groups of SHA-256 that are hashed at the same time; more than processors gain nothing.</param>
    public SharedLanes(int maxGroups)
        : this(maxGroups, HashLater)
    {
    }

    /// <summary>Creates lanes whose groups are hashed when the caller wants it.</summary>
    internal SharedLanes(int maxGroups, Action<Action> later, int minSha256Chains = MinSha256Chains)
    {
        Sha256 = new LaneGroups<Sha256State>(maxGroups, minSha256Chains, later);

        // A group of MD5 takes as long as one of its chains, so a few large groups are better than many small ones.
        Md5 = new LaneGroups<Md5State>(Math.Max(1, maxGroups / 4), MinMd5Chains, later);
    }

    /// <summary>The lanes of this process, or null where they would not be faster than one chain after another.</summary>
    public static SharedLanes? OfProcess { get; } = IsSupported && LanesAvx2.IsSupported
        ? new(Environment.ProcessorCount, HashLater, AreFasterForSha256 ? MinSha256Chains : int.MaxValue)
        : null;

    /// <summary>Whether chains can enter and leave lanes on this platform. Without lanes in the processor they are hashed one after another,
    /// with the same results.</summary>
    internal static bool IsSupported => OpenSslBlocks<Sha256State>.IsSupported && OpenSslBlocks<Md5State>.IsSupported;

    internal LaneGroups<Sha256State> Sha256 { get; }

    internal LaneGroups<Md5State> Md5 { get; }

    private static bool AreFasterForSha256 =>
        Sha256Batch.Choose(LaneBatch.MaxLanes, TreeHash.LeafBytes).Path != BatchPath.OneByOne;

    /// <summary>Queues the work behind everything that the thread pool has to do already, so that other bodies can join the
    /// group.</summary>
    private static void HashLater(Action hash) =>
        ThreadPool.UnsafeQueueUserWorkItem(static hash => hash(), hash, preferLocal: false);
}
