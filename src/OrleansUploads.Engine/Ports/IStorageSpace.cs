namespace OrleansUploads.Engine.Ports;

/// <summary>The free space of a store that shares its disk with the journal.</summary>
public interface IStorageSpace
{
    /// <summary>Requires that there is room for data that grows.</summary>
    /// <param name="bytes">The size of the data, or 0 if it is small.</param>
    /// <exception cref="PartStoreFullException">Too little space would be left for the journal.</exception>
    void Require(long bytes);

    /// <summary>Releases reserved space if the disk is almost full, so that a deletion can be journaled.</summary>
    void MakeRoomForDeletion();

    /// <summary>Requires what an operation needs: one that makes the store grow must leave room for the journal, and one that frees space
    /// needs a little of it first.</summary>
    /// <exception cref="PartStoreFullException">Too little space would be left for the journal.</exception>
    void RequireFor(bool needsSpace, bool freesSpace)
    {
        if (needsSpace)
        {
            Require(0);
        }
        else if (freesSpace)
        {
            MakeRoomForDeletion();
        }
    }
}
