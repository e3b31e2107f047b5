using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Hashing;

namespace OrleansUploads.TestKit;

/// <summary>Arbitrary values for tests.</summary>
public static class Some
{
    public const long MiB = TreeHash.LeafBytes;

    public static readonly DateTimeOffset Noon = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);

    public static AccountId Account { get; } = AccountNumbered("111122223333");

    public static VaultId Vault { get; } = VaultNamed("photos");

    public static VaultIncarnation Incarnation { get; } = new(Vault, 1);

    public static AccountId AccountNumbered(string digits) =>
        AccountId.TryParse(digits, out var id) ? id : throw new ArgumentException(digits);

    public static VaultId VaultNamed(string name) => VaultNamed(Account, name);

    public static VaultId VaultNamed(AccountId account, string name) =>
        VaultName.TryParse(name, out var parsed) ? new VaultId(account, parsed) : throw new ArgumentException(name);

    public static UploadId Upload(int number) => UploadId.FromRandom(Bytes(UploadId.RandomBytes, number));

    public static AttemptId Attempt(int number, DateTimeOffset? createdAt = null) =>
        AttemptId.Create(createdAt ?? Noon, Bytes(AttemptId.RandomBytes, number));

    public static PartSize Size(int mebibytes) =>
        PartSize.TryCreate(mebibytes * MiB, out var size)
            ? size
            : throw new ArgumentException($"{mebibytes} MiB is not a valid part size.");

    public static Description Described(string text) =>
        Description.TryParse(text, out var description) ? description : throw new ArgumentException(text);

    public static PartLocation Location(string text) =>
        PartLocation.TryParse(text, out var location) ? location : throw new ArgumentException(text);

    /// <summary>An arbitrary tree hash for some content. Different texts have different hashes.</summary>
    public static TreeHash Hash(string content) => new(new Sha256Digest(
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content))));

    public static ArchiveUploadSpec Spec(
        int upload = 1,
        int partMebibytes = 1,
        UploadOrigin origin = UploadOrigin.Multipart,
        ByteStorage storage = ByteStorage.Gateway) =>
        new(Upload(upload), Incarnation, Size(partMebibytes), Described("holiday"), origin, Noon, storage);

    public static ArchiveEntry Archive(int number, long sizeBytes = MiB) => new(
        ArchiveId.Derive(Upload(number), sizeBytes, Hash("a")),
        Upload(number),
        sizeBytes,
        Hash("a"),
        Described("holiday"),
        Noon);

    /// <summary>A deletion that a vault without policies permits.</summary>
    public static DeleteArchive Deletion(ArchiveId archive, DateTimeOffset at, long guard = 0) =>
        new(archive, new DeletionVerdict(guard, at, LooksAtClock: false, LooksAtAge: false, CreatedAt: null));

    /// <summary>A deletion that is permitted by a policy with a condition on the archive's age.</summary>
    public static DeleteArchive DeletionByAge(
        ArchiveId archive, DateTimeOffset at, DateTimeOffset? createdAt, long guard = 0) =>
        new(archive, new DeletionVerdict(guard, at, LooksAtClock: true, LooksAtAge: true, createdAt));

    /// <summary>Pseudorandom bytes; the same seed gives the same bytes.</summary>
    public static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
