namespace OrleansUploads.Engine.Ports;

/// <summary>The free space of a store that shares its disk with the journal.</summary>
public interface IStorageSpace
{
    /// <summary>Requires that there is room for data that grows.</summary>
    /// <param name="bytes">The size of the data, or 0 if it is small.</param>
    /// <exception cref="PartStoreFullException">Too little space would be left for the journal.</exception>
    void Require(long bytes);

    /// <summary>Requires that a retrieval can be journaled. On a full disk, a bounded number of them use the reserved space.</summary>
    /// <exception cref="PartStoreFullException">Too many retrievals were journaled since the disk became full.</exception>
    void RequireForRetrieval();

    /// <summary>Releases reserved space if the disk is almost full, so that a deletion can be journaled.</summary>
    void MakeRoomForDeletion();

    /// <summary>Requires what an operation needs.</summary>
    /// <exception cref="PartStoreFullException">Too little space would be left for the journal.</exception>
    void RequireFor(SpaceUse use)
    {
        switch (use)
        {
            case SpaceUse.Grows:
                Require(0);
                break;
            case SpaceUse.Retrieves:
                RequireForRetrieval();
                break;
            case SpaceUse.Frees:
                MakeRoomForDeletion();
                break;
            default:
                break;
        }
    }
}

/// <summary>How an operation uses the space of a store.</summary>
public enum SpaceUse
{
    /// <summary>It needs no space.</summary>
    None,

    /// <summary>It makes the store grow, and must leave room for the journal.</summary>
    Grows,

    /// <summary>It reads what is stored, and journals a small record that is deleted soon.</summary>
    Retrieves,

    /// <summary>It frees space, and needs a little of it first.</summary>
    Frees,
}
