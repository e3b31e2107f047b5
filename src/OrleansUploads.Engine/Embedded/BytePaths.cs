using OrleansUploads.Engine.Keys;
using OrleansUploads.Engine.Reading;
using OrleansUploads.Engine.Receiving;

namespace OrleansUploads.Engine.Embedded;

/// <summary>The paths of the bytes and of the lists, over the entities and one part store. A gateway, an engine in one process and the
/// simulation all get them from here.</summary>
public sealed class BytePaths
{
    /// <param name="time">The clock of creation times.</param>
    /// <param name="lanes">Hashes several bodies at a time, or null to hash each one alone.</param>
    /// <param name="ends">Tells when uploads end.</param>
    /// <param name="keys">Knows the leaves of the indexes, or null for one that has to learn them.</param>
    /// <param name="claims">Divides parts among the nodes that write them straight into the store, or null if only this process grants writes.</param>
    public BytePaths(
        IEntityHost host,
        IPartStore parts,
        IdSource ids,
        TimeProvider time,
        MaintenanceOptions maintenance,
        SharedLanes? lanes,
        IUploadEnds ends,
        KeyIndex? keys = null,
        IWriteClaims? claims = null)
    {
        Keys = keys ?? new KeyIndex(host);
        KeyLister = new KeyLister(Keys);
        CurrentObject = new CurrentObject(host, Keys);
        ArchiveIntake = new ArchiveIntake(host, parts, ids, time, maintenance, lanes);
        Archives = new ArchiveReader(parts);
        Manifests = new ArchiveManifests(host, parts);
        Inventories = new InventoryReader(host);
        ObjectIntake = new ObjectIntake(host, parts, ids, time, Keys, maintenance, lanes);
        Objects = new ObjectReader(host, Keys, parts);
        Copier = new ObjectCopier(Objects, ObjectIntake);
        DirectIntake = new DirectIntake(host, parts, ids, time, maintenance, claims ?? new WriteClaims(time));
        UploadEnds = ends;
    }

    public KeyIndex Keys { get; }

    public KeyLister KeyLister { get; }

    /// <summary>Changes everything of an object except its bytes.</summary>
    public CurrentObject CurrentObject { get; }

    public ArchiveIntake ArchiveIntake { get; }

    public ArchiveReader Archives { get; }

    public ArchiveManifests Manifests { get; }

    public InventoryReader Inventories { get; }

    public ObjectIntake ObjectIntake { get; }

    public ObjectReader Objects { get; }

    public ObjectCopier Copier { get; }

    /// <summary>Takes the parts that nodes write straight into the store.</summary>
    public DirectIntake DirectIntake { get; }

    /// <summary>Tells when uploads end.</summary>
    public IUploadEnds UploadEnds { get; }
}
