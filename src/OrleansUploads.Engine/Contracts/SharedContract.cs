using System.Text.Json.Serialization;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Contracts;

/// <summary>The answers of several kinds of entities, and the refusals that are returned before an entity is
/// asked.</summary>
internal static class SharedContract
{
    /// <summary>The table.</summary>
    public static Contract Table { get; } = new(SharedJson.Default)
    {
        Answers =
        [
            Named<Done>("done.1"),
            Named<AdditionVerdict.Recorded>("addition-recorded.1"),
            Named<AdditionVerdict.VaultGone>("addition-vault-gone.1"),
        ],
        Refusals =
        [
            Named<Refusal.LengthDiffers>("refused-length-differs.1"),
            Named<Refusal.LinearHashDiffers>("refused-linear-hash-differs.1"),
            Named<ObjectRefusal.Md5Differs>("refused-md5-differs.1"),
            Named<ObjectRefusal.ChecksumDiffers>("refused-checksum-differs.1"),
            Named<ObjectRefusal.NotRestored>("refused-not-restored.1"),
        ],
    };
}

/// <summary>Generated JSON metadata of the types in <see cref="SharedContract"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(Done))]
[JsonSerializable(typeof(Refusal.LengthDiffers))]
[JsonSerializable(typeof(Refusal.LinearHashDiffers))]
[JsonSerializable(typeof(ObjectRefusal.Md5Differs))]
[JsonSerializable(typeof(ObjectRefusal.ChecksumDiffers))]
[JsonSerializable(typeof(ObjectRefusal.NotRestored))]
[JsonSerializable(typeof(AdditionVerdict.Recorded))]
[JsonSerializable(typeof(AdditionVerdict.VaultGone))]
internal sealed partial class SharedJson : JsonSerializerContext;
