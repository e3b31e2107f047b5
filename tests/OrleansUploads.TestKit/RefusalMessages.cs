using OrleansUploads.Core.Refusals;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.TestKit;

/// <summary>Checks that a front has a code and a message for every refusal, and that its messages print values, not C# types.</summary>
public static class RefusalMessages
{
    /// <summary>Every refusal that a front of vaults can get, each with a value in every member.</summary>
    public static IReadOnlyList<Refusal> Samples { get; } = SamplesOf(type => !type.IsSubclassOf(typeof(ObjectRefusal)));

    /// <summary>Every refusal about buckets, keys and objects, each with a value in every member.</summary>
    public static IReadOnlyList<Refusal> OfObjects { get; } = SamplesOf(type => type.IsSubclassOf(typeof(ObjectRefusal)));

    /// <summary>Checks a front's code and message for each refusal.</summary>
    /// <param name="refusals">The refusals that the front can get.</param>
    /// <param name="describe">Returns the front's code and message; throws if it has none.</param>
    /// <returns>One sentence for each refusal with a fault, starting with the refusal's name.</returns>
    public static IReadOnlyList<string> Faults(IEnumerable<Refusal> refusals, Func<Refusal, (string? Code, string? Message)> describe)
    {
        var faults = new List<string>();
        foreach (var refusal in refusals)
        {
            if (FaultOf(refusal, describe) is { } fault)
            {
                faults.Add($"{refusal.GetType().Name} {fault}");
            }
        }

        return faults;
    }

    private static string? FaultOf(Refusal refusal, Func<Refusal, (string? Code, string? Message)> describe)
    {
        (string? Code, string? Message) described;
        try
        {
            described = describe(refusal);
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            return $"is not described: {fault.GetType().Name}.";
        }

        var (code, message) = described;
        return string.IsNullOrWhiteSpace(code) ? "has no code."
            : string.IsNullOrWhiteSpace(message) ? "has no message."
            : message.Contains("  ", StringComparison.Ordinal) ? $"has two spaces in a row in its message: {message}"
            : NamesOfTypes(refusal).Any(name => message.Contains(name, StringComparison.Ordinal))
                ? $"prints a C# type in its message: {message}"
            : null;
    }

    /// <summary>Text that appears in a message that prints a record or a refusal instead of its value.</summary>
    private static IEnumerable<string> NamesOfTypes(Refusal refusal) =>
    [
        "{",
        refusal.GetType().Name,
        .. refusal.GetType().GetProperties().Select(member => member.PropertyType.FullName!),
    ];

    private static List<Refusal> SamplesOf(Func<Type, bool> isWanted) =>
    [
        .. typeof(Refusal).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(Refusal)) && isWanted(type))
            .OrderBy(type => type.Name, StringComparer.Ordinal)
            .Select(SampleOf),
    ];

    private static Refusal SampleOf(Type type)
    {
        var constructor = type.GetConstructors().Single();
        return (Refusal)constructor.Invoke([.. constructor.GetParameters().Select(parameter => ValueOf(parameter.ParameterType))]);
    }

    private static object ValueOf(Type type) => type switch
    {
        _ when type == typeof(int) => 7,
        _ when type == typeof(long) => 7L,
        _ when type == typeof(bool) => true,
        _ when type == typeof(DateTimeOffset) => Some.Noon,
        _ when type == typeof(PartRange) => new PartRange(0, 1),
        _ when type == typeof(PartSize) => Some.Size(1),
        _ when type == typeof(BucketName) => SomeObject.BucketName,
        _ when type == typeof(KeyPosition) => KeyPosition.Start,
        _ when type == typeof(LeafName) => LeafName.First,
        _ when type == typeof(ObjectETag) => SomeObject.ETag("a"),
        _ when type == typeof(Md5Digest) => SomeObject.Md5("a"),
        _ when type == typeof(Checksum) => ChecksumHasher.Compute(ChecksumAlgorithm.Crc32C, "a"u8),
        _ when type == typeof(ChecksumAlgorithm) => ChecksumAlgorithm.Crc32C,
        _ when type == typeof(ChecksumType) => ChecksumType.FullObject,
        _ when type == typeof(StorageClass) => StorageClass.DeepArchive,
        _ when type == typeof(RetrievalTier) => RetrievalTier.Expedited,
        _ when type == typeof(AccountId) => Some.Account,
        _ when type == typeof(VaultId) => Some.Vault,
        _ when type == typeof(AttemptId) => Some.Attempt(1),
        _ when type == typeof(string) => "it is missing",
        _ when type == typeof(ArchiveId) => Some.Archive(1).Archive,
        _ when type == typeof(UploadId) => Some.Upload(1),
        _ when type == typeof(JobId) => JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)),
        _ when type == typeof(TreeHash) => Some.Hash("a"),
        _ when type == typeof(LinearHash) || type == typeof(LinearHash?) => new LinearHash(Some.Hash("b").Digest),
        _ => throw new NotSupportedException($"Add a sample value of {type.Name} to {nameof(RefusalMessages)}."),
    };
}
