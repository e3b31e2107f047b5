using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Stored;

/// <summary>Stores a value as the text that names it.</summary>
internal abstract class TextConverter<T> : JsonConverter<T>
    where T : struct
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException($"That is no {typeof(T).Name}.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());

    protected abstract bool TryParse(string? text, out T value);
}

internal sealed class UploadIdConverter : TextConverter<UploadId>
{
    protected override bool TryParse(string? text, out UploadId value) => UploadId.TryParse(text, out value);
}

internal sealed class ArchiveIdConverter : TextConverter<ArchiveId>
{
    protected override bool TryParse(string? text, out ArchiveId value) => ArchiveId.TryParse(text, out value);
}

internal sealed class JobIdConverter : TextConverter<JobId>
{
    protected override bool TryParse(string? text, out JobId value) => JobId.TryParse(text, out value);
}

internal sealed class LockIdConverter : TextConverter<LockId>
{
    protected override bool TryParse(string? text, out LockId value) => LockId.TryParse(text, out value);
}

internal sealed class CapacityIdConverter : TextConverter<CapacityId>
{
    protected override bool TryParse(string? text, out CapacityId value) => CapacityId.TryParse(text, out value);
}

internal sealed class AttemptIdConverter : TextConverter<AttemptId>
{
    protected override bool TryParse(string? text, out AttemptId value) => AttemptId.TryParse(text, out value);
}

internal sealed class VaultLifeConverter : TextConverter<VaultLife>
{
    protected override bool TryParse(string? text, out VaultLife value) => VaultLife.TryParse(text, out value);
}

internal sealed class DescriptionConverter : TextConverter<Description>
{
    protected override bool TryParse(string? text, out Description value) => Description.TryParse(text, out value);
}

internal sealed class TreeHashConverter : TextConverter<TreeHash>
{
    protected override bool TryParse(string? text, out TreeHash value) => TreeHash.TryParse(text, out value);
}

internal sealed class PartLocationConverter : TextConverter<PartLocation>
{
    protected override bool TryParse(string? text, out PartLocation value) => PartLocation.TryParse(text, out value);
}

internal sealed class PartRangeConverter : TextConverter<PartRange>
{
    protected override bool TryParse(string? text, out PartRange value)
    {
        value = default;
        var dash = text?.IndexOf('-', StringComparison.Ordinal) ?? -1;
        if (dash < 0
            || !long.TryParse(text.AsSpan(0, dash), out var first)
            || !long.TryParse(text.AsSpan(dash + 1), out var last)
            || first < 0 || last < first)
        {
            return false;
        }

        value = new PartRange(first, last);
        return true;
    }
}

/// <summary>Stores a part size as its number of bytes.</summary>
internal sealed class PartSizeConverter : JsonConverter<PartSize>
{
    public override PartSize Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PartSize.TryCreate(reader.GetInt64(), out var size) ? size : throw new JsonException("That is no part size.");

    public override void Write(Utf8JsonWriter writer, PartSize value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Bytes);
}

/// <summary>Stores an instant as milliseconds since 1970, UTC.</summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}
