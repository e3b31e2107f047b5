using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Hashing;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Stored;

namespace OrleansUploads.Engine.Wire;

internal sealed class AccountIdConverter : TextConverter<AccountId>
{
    protected override bool TryParse(string? text, out AccountId value) => AccountId.TryParse(text, out value);
}

internal sealed class VaultIdConverter : TextConverter<VaultId>
{
    protected override bool TryParse(string? text, out VaultId value) => VaultId.TryParse(text, out value);
}

/// <summary>An ID that no lock can have travels as the empty text: that it is wrong is said where locks are known.</summary>
internal sealed class AnyLockIdConverter : TextConverter<LockId>
{
    protected override bool TryParse(string? text, out LockId value) => LockId.TryParse(text, out value) || text is "";
}

internal sealed class LinearHashConverter : TextConverter<LinearHash>
{
    protected override bool TryParse(string? text, out LinearHash value) => LinearHash.TryParse(text, out value);
}

/// <summary>Writes the answer that says no more than that it was done.</summary>
internal sealed class DoneConverter : JsonConverter<Done>
{
    public override Done Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetBoolean() ? Done.Instance : throw new JsonException("It is done or it is not answered.");

    public override void Write(Utf8JsonWriter writer, Done value, JsonSerializerOptions options) =>
        writer.WriteBooleanValue(true);
}

/// <summary>Writes a set of attempts as a list.</summary>
internal sealed class AttemptSetConverter : JsonConverter<IReadOnlySet<AttemptId>>
{
    private static readonly AttemptIdConverter OfOne = new();

    public override IReadOnlySet<AttemptId> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var attempts = new HashSet<AttemptId>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            attempts.Add(OfOne.Read(ref reader, typeof(AttemptId), options));
        }

        return attempts;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlySet<AttemptId> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var attempt in value)
        {
            OfOne.Write(writer, attempt, options);
        }

        writer.WriteEndArray();
    }
}

/// <summary>Writes a job in a list together with its kind.</summary>
internal sealed class VaultJobConverter : JsonConverter<VaultJob>
{
    public override VaultJob Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        reader.Read();
        var name = reader.GetString();
        reader.Read();
        var job = name is not null && WireNames.ByName.TryGetValue(name, out var shape)
            ? JsonSerializer.Deserialize(ref reader, shape) as VaultJob
            : null;
        reader.Read();
        return job ?? throw new JsonException($"'{name}' is no kind of job.");
    }

    public override void Write(Utf8JsonWriter writer, VaultJob value, JsonSerializerOptions options)
    {
        var name = WireNames.ByType[value.GetType()];
        writer.WriteStartObject();
        writer.WritePropertyName(name);
        JsonSerializer.Serialize(writer, value, WireNames.ByName[name]);
        writer.WriteEndObject();
    }
}
