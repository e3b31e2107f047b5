using OrleansUploads.Engine.Bytes;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Engine.Embedded;

/// <summary>The paths of the bytes and of the lists, over the entities and one part store. A gateway, an engine in one process and the
/// simulation all get them from here.</summary>
public sealed class BytePaths
{
    /// <param name="host">The entities.</param>
    /// <param name="parts">The stored bytes.</param>
    /// <param name="ids">Makes new IDs.</param>
    /// <param name="time">The clock of creation times.</param>
    /// <param name="maintenance">How soon unowned bytes are deleted.</param>
    /// <param name="lanes">Hashes several bodies at a time, or null to hash each one alone.</param>
    /// <param name="keys">Knows the leaves of the indexes, or null for one that has to learn them.</param>
    public BytePaths(
        IEntityHost host,
        IPartStore parts,
        IdSource ids,
        TimeProvider time,
        MaintenanceOptions maintenance,
        SharedLanes? lanes,
        KeyIndex? keys = null)
    {
        Keys = keys ?? new KeyIndex(host);
        KeyLister = new KeyLister(Keys);
        CurrentObject = new CurrentObject(host, Keys);
        ArchiveIntake = new ArchiveIntake(host, parts, ids, time, maintenance, lanes);
        Archives = new ArchiveReader(parts);
        Inventories = new InventoryReader(host);
        ObjectIntake = new ObjectIntake(host, parts, ids, time, Keys, maintenance, lanes);
        Objects = new ObjectReader(host, Keys, parts);
        Copier = new ObjectCopier(Objects, ObjectIntake);
    }

    /// <summary>Finds and deletes objects by key.</summary>
    public KeyIndex Keys { get; }

    /// <summary>Lists objects, and uploads in progress.</summary>
    public KeyLister KeyLister { get; }

    /// <summary>Changes what is not the bytes of an object.</summary>
    public CurrentObject CurrentObject { get; }

    /// <summary>Takes in the bytes of archives.</summary>
    public ArchiveIntake ArchiveIntake { get; }

    /// <summary>Reads archives.</summary>
    public ArchiveReader Archives { get; }

    /// <summary>Lists the archives of a vault.</summary>
    public InventoryReader Inventories { get; }

    /// <summary>Takes in the bytes of objects.</summary>
    public ObjectIntake ObjectIntake { get; }

    /// <summary>Reads objects.</summary>
    public ObjectReader Objects { get; }

    /// <summary>Copies objects.</summary>
    public ObjectCopier Copier { get; }
}
