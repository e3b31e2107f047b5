namespace OrleansUploads.Engine.Ports;

/// <summary>What lets a part store that other processes can reach have one owner: a random mark that identifies the store, the same for all
/// processes, and claims, which are small named texts.</summary>
/// <remarks>Claims need no conditional writes. A listing that begins after a claim was stored shows it to every process. A name is never
/// stored twice, so a claim that arrives late replaces nothing.</remarks>
public interface IStoreMark
{
    /// <summary>Where the store is, for messages: a folder or an address.</summary>
    string Place { get; }

    /// <summary>The name of the file or object that holds the mark, for messages.</summary>
    string MarkName { get; }

    /// <returns>Null if the store has no mark or does not exist.</returns>
    ValueTask<byte[]?> FindMarkAsync(CancellationToken cancellationToken);

    /// <summary>Returns the mark, and creates it if it is missing. It is durable on return. If several processes create one
    /// at the same time, all return the same one.</summary>
    ValueTask<byte[]> FindOrMakeMarkAsync(ReadOnlyMemory<byte> random, CancellationToken cancellationToken);

    /// <summary>Whether anything is stored for any upload.</summary>
    ValueTask<bool> HasBytesAsync(CancellationToken cancellationToken);

    /// <summary>Lists the names of all claims, in no particular order.</summary>
    ValueTask<IReadOnlyList<string>> ListClaimsAsync(CancellationToken cancellationToken);

    /// <summary>Stores a claim, durably.</summary>
    /// <param name="name">Its name, which was never used before: letters, digits and hyphens.</param>
    /// <param name="text">What it says about its owner, for messages.</param>
    /// <param name="cancellationToken">Cancels the call; the claim may still be stored.</param>
    ValueTask PutClaimAsync(string name, string text, CancellationToken cancellationToken);

    /// <summary>Reads what a claim says, or null if it does not exist.</summary>
    ValueTask<string?> ReadClaimAsync(string name, CancellationToken cancellationToken);

    /// <summary>Deletes a claim. A missing one is no error.</summary>
    ValueTask DeleteClaimAsync(string name, CancellationToken cancellationToken);
}

/// <summary>Ties a part store to the store of the decisions: both have the same random mark.</summary>
/// <remarks>With other decisions, all bytes of the part store would seem to have no owner, and would be deleted. Without its bytes, a
/// process would acknowledge parts that no other process can read.</remarks>
public static class StoreMarks
{
    /// <summary>The number of bytes of a new mark: a claim, and as many random bytes.</summary>
    public const int Bytes = 16;

    private const int ClaimBytes = Bytes / 2;

    /// <summary>Compares the mark of a part store with the mark of the decisions, for a process that only reads. With
    /// another store, all bytes would seem to be lost. Returns null if they are equal, or else both marks, as a clause that
    /// ends with the decisions' mark.</summary>
    public static async ValueTask<string?> FindDifferenceAsync(
        IStoreMark parts, ReadOnlyMemory<byte> kept, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        var mark = await parts.FindMarkAsync(cancellationToken);
        var found = mark is null ? $"there is no mark '{parts.MarkName}' in it" : $"its mark '{parts.MarkName}' is {Convert.ToHexStringLower(mark)}";
        return mark.AsSpan().SequenceEqual(kept.Span) ? null : $"{found}, and not {Convert.ToHexStringLower(kept.Span)}, which is that";
    }

    /// <summary>Requires that both have the same mark. Marks both if both are new.</summary>
    /// <param name="find">Returns the mark of the decisions, or null.</param>
    /// <param name="claim">Keeps a claim beside the decisions: the bytes with which a mark for them begins. Returns the claim that is there
    /// then, which may be an earlier one.</param>
    /// <param name="keep">Keeps a mark beside the decisions. Returns the mark that is there then, which may be another process's.</param>
    /// <param name="random">The content of a new claim, and the end of a new mark: unique random bytes. The end differs where two processes
    /// mark two stores, because one of them does not see the shared store.</param>
    /// <param name="take">Takes a new store for this process, before it is marked, so that no other one marks it at the same time.</param>
    /// <exception cref="StoreMarkException">They do not belong together.</exception>
    public static async ValueTask RequireMatchAsync(
        IStoreMark parts,
        Func<CancellationToken, ValueTask<byte[]?>> find,
        Func<byte[], CancellationToken, ValueTask<byte[]>> claim,
        Func<byte[], CancellationToken, ValueTask<byte[]>> keep,
        ReadOnlyMemory<byte> random,
        Func<CancellationToken, ValueTask> take,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parts);
        ArgumentNullException.ThrowIfNull(find);
        ArgumentNullException.ThrowIfNull(claim);
        ArgumentNullException.ThrowIfNull(keep);
        ArgumentNullException.ThrowIfNull(take);
        var kept = await find(cancellationToken);
        if (kept is null)
        {
            kept = await parts.HasBytesAsync(cancellationToken) ? await find(cancellationToken) : await MarkAsync();
            if (kept is null)
            {
                throw new StoreMarkException(StoreMarkFault.UnknownBytes, parts.Place);
            }
        }

        if (await parts.FindMarkAsync(cancellationToken) is not { } mark)
        {
            throw new StoreMarkException(StoreMarkFault.NotMarked, parts.Place);
        }

        if (!mark.AsSpan().SequenceEqual(kept))
        {
            throw new StoreMarkException(StoreMarkFault.OtherMark, parts.Place);
        }

        // The part store is marked first. A crash after that leaves a store whose mark begins with the claim, which the next start accepts.
        // Any other mark belongs to other decisions, which may not have stored any bytes yet.
        async ValueTask<byte[]> MarkAsync()
        {
            var claimed = await claim(random[..ClaimBytes].ToArray(), cancellationToken);
            if (await parts.FindMarkAsync(cancellationToken) is { } other && !other.AsSpan().StartsWith(claimed))
            {
                throw new StoreMarkException(StoreMarkFault.OtherMark, parts.Place);
            }

            await take(cancellationToken);
            var made = await parts.FindOrMakeMarkAsync((byte[])[.. claimed, .. random.Span[ClaimBytes..]], cancellationToken);
            return made.AsSpan().StartsWith(claimed)
                ? await keep(made, cancellationToken)
                : throw new StoreMarkException(StoreMarkFault.OtherMark, parts.Place);
        }
    }
}

public enum StoreMarkFault
{
    /// <summary>The part store has bytes, and the decisions know no part store.</summary>
    UnknownBytes,

    /// <summary>The part store has no mark.</summary>
    NotMarked,

    /// <summary>The part store belongs to other decisions.</summary>
    OtherMark,
}

/// <summary>A part store and the store of the decisions do not belong together.</summary>
public sealed class StoreMarkException(StoreMarkFault fault, string place) : Exception(Describe(fault, place))
{
    public StoreMarkFault Fault => fault;

    public string Place => place;

    private static string Describe(StoreMarkFault fault, string place) => $"{place} " + fault switch
    {
        StoreMarkFault.UnknownBytes =>
            "contains bytes that are unknown to the storage of the decisions, and would be deleted. Use the database and the service ID or data "
            + "folder with which they were stored, or an empty place.",
        StoreMarkFault.NotMarked =>
            "has no mark, so it is not the place whose bytes the storage of the decisions knows, or it is not mounted. Use that place.",
        _ => "belongs to another cluster or data folder. Use the database and the service ID or data folder with which it was marked, or another "
            + "place.",
    };
}
