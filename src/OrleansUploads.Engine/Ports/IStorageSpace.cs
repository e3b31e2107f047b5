namespace OrleansUploads.Engine.Ports;

/// <summary>The free space of a store that shares its disk with the journal.</summary>
public interface IStorageSpace
{
    /// <summary>Requires what an operation needs, and makes room for it if it may use reserved space.</summary>
    /// <exception cref="PartStoreFullException">Too little space would be left for the journal, or too many retrievals were
    /// journaled since the disk became full.</exception>
    void RequireFor(SpaceUse use);
}

public enum SpaceUse
{
    /// <summary>It needs no space.</summary>
    None,

    /// <summary>It makes the store grow, and must leave room for the journal.</summary>
    Grows,

    /// <summary>It reads what is stored, and journals a small record that is deleted soon. On a full disk, a bounded number
    /// of them use the reserved space.</summary>
    Retrieves,

    /// <summary>It frees space, and needs a little of it first.</summary>
    Frees,
}
