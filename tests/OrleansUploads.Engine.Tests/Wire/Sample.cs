using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Serialization;
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
        [typeof(PartPlace)] = PartPlace.In(Some.Attempt(1)),
        [typeof(PartNumbers)] = PartNumbers.Of([1, 2, 3, 7]),
        [typeof(IReadOnlyDictionary<string, string>)] = new Dictionary<string, string> { ["team"] = "blue" },
        [typeof(HashSet<AttemptId>)] = new HashSet<AttemptId> { Some.Attempt(1), Some.Attempt(2) },
    }.ToFrozenDictionary();

    /// <summary>Makes a collection of one item, whose key is the value for its type.</summary>
    private static readonly FrozenDictionary<Type, Func<Type[], Array, object>> Collections = new Dictionary<Type, Func<Type[], Array, object>>
    {
        [typeof(IReadOnlyList<>)] = static (_, items) => items,
        [typeof(ImmutableList<>)] = static (types, items) => Invoke(nameof(ListOf), types, items),
        [typeof(ImmutableSortedSet<>)] = static (types, items) => Invoke(nameof(SetOf), types, items),
        [typeof(ImmutableDictionary<,>)] = static (types, items) => Invoke(nameof(DictionaryOf), types, items),
        [typeof(ImmutableSortedDictionary<,>)] = static (types, items) => Invoke(nameof(SortedDictionaryOf), types, items),
    }.ToFrozenDictionary();

    /// <summary>Creates the value.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="alternative">Which of the possible types its members have, if there are several; from 0.</param>
    public static object Of(Type type, int alternative = 0)
    {
        if (Leaves.TryGetValue(type, out var leaf))
        {
            return leaf;
        }

        if (type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false).ToList() is { Count: > 0 } types)
        {
            return Of(types[Math.Min(alternative, types.Count - 1)].DerivedType, alternative);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying, alternative);
        }

        if (type.GetInterfaces().FirstOrDefault(static form =>
            form.IsGenericType && form.GetGenericTypeDefinition() == typeof(IStoredAs<,>)) is { } stored)
        {
            return type.GetMethod(nameof(PartMap.FromStored))!.Invoke(null, [Of(stored.GetGenericArguments()[1], alternative)])!;
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).GetValue(Enum.GetValues(type).Length - 1)!;
        }

        if (type.IsGenericType && Collections.TryGetValue(type.GetGenericTypeDefinition(), out var fill))
        {
            var items = type.GetGenericArguments();
            var list = Array.CreateInstance(items[^1], 1);
            list.SetValue(Of(items[^1], alternative), 0);
            return fill(items, list);
        }

        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance)
            .MaxBy(candidate => candidate.GetParameters().Length)
            ?? throw new InvalidOperationException(
                $"{type.Name} has no public constructor. Add a value to {nameof(Sample)}.");
        var parameters = constructor.GetParameters();
        var sample = constructor.Invoke([.. parameters.Select(parameter => Of(parameter.ParameterType, alternative))]);
        foreach (var member in type.GetProperties().Where(member =>
            member.CanWrite && !parameters.Any(parameter => parameter.Name == member.Name)))
        {
            member.SetValue(sample, Of(member.PropertyType, alternative));
        }

        return sample;
    }

    private static object Invoke(string method, Type[] types, Array items) => typeof(Sample)
        .GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
        .MakeGenericMethod(types)
        .Invoke(null, [items])!;

    private static ImmutableList<T> ListOf<T>(T[] items) => [.. items];

    private static ImmutableSortedSet<T> SetOf<T>(T[] items) => [.. items];

    private static ImmutableDictionary<TKey, T> DictionaryOf<TKey, T>(T[] items)
        where TKey : notnull => items.ToImmutableDictionary(_ => (TKey)Of(typeof(TKey)));

    private static ImmutableSortedDictionary<TKey, T> SortedDictionaryOf<TKey, T>(T[] items)
        where TKey : notnull => items.ToImmutableSortedDictionary(_ => (TKey)Of(typeof(TKey)), static item => item);
}
