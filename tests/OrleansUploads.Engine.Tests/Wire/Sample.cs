using System.Collections.Frozen;
using System.Reflection;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Engine.Tests.Wire;

/// <summary>Creates a value of any type that is sent between hosts: always the same value, with a value in every
/// member.</summary>
internal static class Sample
{
    private static readonly FrozenDictionary<Type, object> Leaves = new Dictionary<Type, object>
    {
        [typeof(string)] = "text with \"quotes\"",
        [typeof(int)] = 7,
        [typeof(long)] = 40_000L << 30,
        [typeof(bool)] = true,
        [typeof(DateTimeOffset)] = Some.Noon,
        [typeof(Done)] = Done.Instance,
        [typeof(AccountId)] = Some.Account,
        [typeof(VaultId)] = Some.Vault,
        [typeof(VaultIncarnation)] = Some.Incarnation,
        [typeof(UploadId)] = Some.Upload(1),
        [typeof(AttemptId)] = Some.Attempt(1),
        [typeof(ArchiveId)] = Some.Archive(1).Archive,
        [typeof(JobId)] = JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)),
        [typeof(Description)] = Some.Described("for \"Ann\""),
        [typeof(LockId)] = LockId.FromRandom(Some.Bytes(LockId.RandomBytes, 1)),
        [typeof(CapacityId)] = CapacityId.FromRandom(Some.Bytes(CapacityId.RandomBytes, 1)),
        [typeof(TreeHash)] = Some.Hash("a"),
        [typeof(LinearHash)] = new LinearHash(Some.Hash("b").Digest),
        [typeof(PartRange)] = new PartRange(Some.MiB, (2 * Some.MiB) - 1),
        [typeof(PartLocation)] = PartLocation.TryParse("s3://bucket/part 1", out var location) ? location : default,
        [typeof(PartSize)] = Some.Size(4),
        [typeof(BucketName)] = SomeObject.BucketName,
        [typeof(ObjectKey)] = SomeObject.Key("2026/\"beach\".jpg"),
        [typeof(LeafName)] = LeafName.First,
        [typeof(KeyIndexId)] = SomeObject.Uploads,
        [typeof(KeyPosition)] = new KeyPosition("2026/\"beach\".jpg", Some.Noon, Some.Upload(1)),
        [typeof(Md5Digest)] = SomeObject.Md5("a"),
        [typeof(Checksum)] = ChecksumHasher.Compute(ChecksumAlgorithm.Crc32C, "a"u8),
        [typeof(PartNumbers)] = PartNumbers.Of([1, 2, 3, 7]),
        [typeof(IReadOnlyDictionary<string, string>)] = new Dictionary<string, string> { ["team"] = "blue" },
        [typeof(HashSet<AttemptId>)] = new HashSet<AttemptId> { Some.Attempt(1), Some.Attempt(2) },
    }.ToFrozenDictionary();

    public static object Of(Type type)
    {
        if (Leaves.TryGetValue(type, out var leaf))
        {
            return leaf;
        }

        if (type == typeof(VaultJob))
        {
            return Of(typeof(InventoryJob));
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying);
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!;
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
        {
            var list = Array.CreateInstance(type.GetGenericArguments()[0], 1);
            list.SetValue(Of(type.GetGenericArguments()[0]), 0);
            return list;
        }

        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance)
            .MaxBy(candidate => candidate.GetParameters().Length)
            ?? throw new InvalidOperationException(
                $"{type.Name} has no public constructor. Add a value to {nameof(Sample)}.");
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => Of(parameter.ParameterType))]);
    }
}
