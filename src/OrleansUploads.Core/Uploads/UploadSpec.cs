using System.Text.Json.Serialization;
using OrleansUploads.Core.Keys;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Uploads;

/// <summary>The kind of request that opened an upload.</summary>
public enum UploadOrigin
{
    /// <summary>A multipart upload. Its vault or bucket lists it until it ends.</summary>
    Multipart = 0,

    /// <summary>An archive or object in a single request: an upload of one part. No list has it.</summary>
    SingleRequest = 1,
}

/// <summary>What is fixed when an upload is initiated.</summary>
/// <param name="Upload">Its ID.</param>
/// <param name="Origin">The kind of request that opened it.</param>
/// <param name="CreatedAt">The time of initiation.</param>
/// <param name="ByteStorage">Which system stores the bytes.</param>
[JsonDerivedType(typeof(ArchiveUploadSpec), "archive")]
[JsonDerivedType(typeof(ObjectUploadSpec), "object")]
public abstract record UploadSpec(UploadId Upload, UploadOrigin Origin, DateTimeOffset CreatedAt, ByteStorage ByteStorage)
{
    /// <summary>The size of the future archive or object, as the client announced it, or null. Only people see it: no completion is bound
    /// by it. A note.</summary>
    public long? TotalBytes { get; init; }

    /// <summary>Whether the vault or bucket lists the upload until it ends.</summary>
    public bool IsListed => Origin == UploadOrigin.Multipart;

    /// <summary>The index that lists the upload.</summary>
    public abstract KeyIndexId ListIndex { get; }

    /// <summary>What the list shows of the upload.</summary>
    public abstract KeyEntry ListEntry { get; }

    /// <summary>Who shares turns with others when the bytes are deleted: the account of a vault, or a bucket. The upload of an object does not
    /// know the account of its bucket.</summary>
    internal abstract string Tenant { get; }

    /// <summary>Whether both become an archive of the same vault, or an object of the same name.</summary>
    internal abstract bool HasTargetOf(UploadSpec other);

    /// <summary>Whether two requests initiate the same upload in the same way. The time and the announced size do not count.</summary>
    public abstract bool HasPropertiesOf(UploadSpec other);

    /// <summary>Why initiating this upload with a client's key does not find the upload that has the key, or null if it does.</summary>
    /// <param name="known">What was fixed when that upload was initiated.</param>
    public Refusal? RefusalOfRepetition(UploadSpec known, UploadPhase phase)
    {
        var hasEnded = phase is UploadPhase.Aborted or UploadPhase.Expired;
        return hasEnded || !HasPropertiesOf(known) ? new Refusal.CreateKeyInUse(Upload, hasEnded) : null;
    }

    /// <summary>Why the upload has no parts with bytes in a storage, or null if it has.</summary>
    internal Refusal? RefusalOfStorage(ByteStorage storage) => ByteStorage == storage ? null
        : storage == ByteStorage.Gateway ? new Refusal.UploadStoredExternally()
        : new Refusal.UploadStoredByGateway();

    /// <summary>Refuses an attempt that the collector may have deleted.</summary>
    internal abstract Refusal RefusalOfCollected(int number, long lengthBytes);

    /// <summary>Refuses a completion because the part store lacks a part.</summary>
    internal abstract Refusal RefusalOfLost(int number, long lengthBytes);
}

/// <summary>What is fixed when the upload of an archive is initiated.</summary>
/// <param name="Upload">Its ID.</param>
/// <param name="Vault">The incarnation of the vault that will contain the archive.</param>
/// <param name="PartSize">The size of every part except the last.</param>
/// <param name="Description">The archive's description.</param>
/// <param name="Origin">The kind of request that opened it.</param>
/// <param name="CreatedAt">The time of initiation.</param>
/// <param name="ByteStorage">Which system stores the bytes.</param>
[Named("archive-upload-spec.1")]
public sealed record ArchiveUploadSpec(
    UploadId Upload,
    VaultIncarnation Vault,
    PartSize PartSize,
    Description Description,
    UploadOrigin Origin,
    DateTimeOffset CreatedAt,
    ByteStorage ByteStorage = ByteStorage.Gateway) : UploadSpec(Upload, Origin, CreatedAt, ByteStorage), IAnswer
{
    internal AlignedParts Parts => new(PartSize);

    /// <summary>The number of the part with a range that the upload accepts. The part at the beginning has number 1.</summary>
    public int NumberOf(PartRange range) => Parts.NumberOf(range);

    /// <summary>Why the open upload takes no bytes for a range, or null if it does.</summary>
    public Refusal? RefusalOfPart(PartRange range) => RefusalOfStorage(ByteStorage.Gateway) ?? Parts.RefusalOfRange(range);

    public override KeyIndexId ListIndex => Vault.Uploads;

    public override KeyEntry ListEntry => new(default, Upload, CreatedAt, default)
    {
        Archive = new ListedArchive(PartSize, Description, ByteStorage),
    };

    internal override string Tenant => Vault.Id.Account.ToString();

    internal override bool HasTargetOf(UploadSpec other) => other is ArchiveUploadSpec archive && archive.Vault == Vault;

    public override bool HasPropertiesOf(UploadSpec other) => other is ArchiveUploadSpec
        && this with { CreatedAt = other.CreatedAt, TotalBytes = other.TotalBytes } == other;

    internal override Refusal RefusalOfCollected(int number, long lengthBytes) =>
        new Refusal.AttemptCollected(Parts.RangeOf(number, lengthBytes));

    internal override Refusal RefusalOfLost(int number, long lengthBytes) => new Refusal.PartLost(Parts.RangeOf(number, lengthBytes));
}

/// <summary>What is fixed when the upload of an object is initiated.</summary>
/// <param name="Upload">Its ID.</param>
/// <param name="Name">The object that it becomes.</param>
/// <param name="Origin">The kind of request that opened it.</param>
/// <param name="CreatedAt">The time of initiation.</param>
/// <param name="StorageClass">The object's storage class.</param>
/// <param name="Checksum">The checksum that the client chose, or null if it chose none.</param>
/// <param name="Metadata">Headers that are returned with the object, by lower-case name. Core does not interpret them.</param>
/// <param name="Tags">The object's tags, or null if it has none.</param>
/// <param name="ByteStorage">Which system stores the bytes.</param>
[Named("object-upload-spec.1")]
public sealed record ObjectUploadSpec(
    UploadId Upload,
    ObjectName Name,
    UploadOrigin Origin,
    DateTimeOffset CreatedAt,
    StorageClass StorageClass,
    ChosenChecksum? Checksum,
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyDictionary<string, string>? Tags,
    ByteStorage ByteStorage = ByteStorage.Gateway) : UploadSpec(Upload, Origin, CreatedAt, ByteStorage), IAnswer
{
    public override KeyIndexId ListIndex => new(Name.Bucket, KeyTree.Uploads);

    public override KeyEntry ListEntry => new(Name.Key, Upload, CreatedAt, StorageClass, Checksum: Checksum);

    /// <summary>Why the open upload takes no bytes for a part, or null if it does.</summary>
    public Refusal? RefusalOfPart(int number, long lengthBytes) =>
        RefusalOfStorage(ByteStorage.Gateway) ?? NumberedParts.RefusalOfPart(number, lengthBytes);

    internal override string Tenant => $"bucket {Name.Bucket.Name}";

    internal override bool HasTargetOf(UploadSpec other) => other is ObjectUploadSpec upload && upload.Name == Name;

    public override bool HasPropertiesOf(UploadSpec other) => other is ObjectUploadSpec upload
        && this with { CreatedAt = other.CreatedAt, TotalBytes = other.TotalBytes, Metadata = upload.Metadata, Tags = upload.Tags } == upload
        && AreEqual(Metadata, upload.Metadata)
        && AreEqual(Tags, upload.Tags);

    private static bool AreEqual(IReadOnlyDictionary<string, string>? one, IReadOnlyDictionary<string, string>? other) =>
        one is null || other is null ? one is null && other is null
        : one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var value) && value == pair.Value);

    internal override Refusal RefusalOfCollected(int number, long lengthBytes) => new ObjectRefusal.NumberedAttemptCollected(number);

    internal override Refusal RefusalOfLost(int number, long lengthBytes) => new ObjectRefusal.NumberedPartLost(number);
}

public readonly record struct ObjectName(BucketIncarnation Bucket, ObjectKey Key);

/// <summary>The checksum that an object gets.</summary>
/// <param name="Algorithm">The algorithm. Every part must have a checksum of it.</param>
/// <param name="Type">What the object's checksum is computed from.</param>
public sealed record ChosenChecksum(ChecksumAlgorithm Algorithm, ChecksumType Type);
