using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansUploads.Engine.Contracts;
using static OrleansUploads.Engine.Contracts.NamedShape;

namespace OrleansUploads.Engine.Tests.Contracts;

/// <summary>A type that was widened twice. Each version has a name, each name stays readable, and a record is written under
/// the oldest name that has all its members.</summary>
public sealed class WideningTests
{
    private static readonly JsonSerializerOptions Options = new()
    {
        TypeInfoResolver = WideningJson.Default,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private static readonly EventCodec<Noted> Codec = new(
        [
            Named<Noted>("noted.1")
                .Widened("noted.2", static noted => noted.Author is not null)
                .Widened("noted.3", static noted => noted.Page is not null),
        ],
        Options);

    [Theory]
    [InlineData(null, null, """[["noted.1",{"Text":"a"}]]""")]
    [InlineData("Ann", null, """[["noted.2",{"Text":"a","Author":"Ann"}]]""")]
    [InlineData("Ann", 7, """[["noted.3",{"Text":"a","Author":"Ann","Page":7}]]""")]
    [InlineData(null, 7, """[["noted.3",{"Text":"a","Page":7}]]""")]
    public void A_record_is_written_and_read_under_the_oldest_name_that_has_all_its_members(string? author, int? page, string record)
    {
        var noted = new Noted("a", author, page);
        Assert.Equal(record, Encode(Codec, noted));
        Assert.Equal(noted, Assert.Single(Codec.Decode(Encoding.UTF8.GetBytes(record))));
    }

    /// <summary>A program without the newest widening refuses the record instead of losing the member.</summary>
    [Fact]
    public void An_older_program_reads_known_names_and_refuses_newer_ones()
    {
        var older = new EventCodec<Noted>(
            [Named<Noted>("noted.1").Widened("noted.2", static noted => noted.Author is not null)], Options);
        foreach (var noted in new Noted[] { new("a", null, null), new("a", "Ann", null) })
        {
            Assert.Equal(noted, Assert.Single(older.Decode(Encoding.UTF8.GetBytes(Encode(Codec, noted)))));
        }

        var fault = Assert.Throws<JsonException>(
            () => older.Decode(Encoding.UTF8.GetBytes(Encode(Codec, new Noted("a", "Ann", 7)))));
        Assert.Contains("noted.3", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_cannot_be_registered_twice() => Assert.Throws<ArgumentException>(() => new EventCodec<Noted>(
        [Named<Noted>("noted.1").Widened("noted.1", static noted => noted.Author is not null)], Options));

    private static string Encode(EventCodec<Noted> codec, Noted noted)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = EventCodec<Noted>.Begin(buffer);
        codec.Write(writer, noted);
        EventCodec<Noted>.End(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>An event that originally had only a text.</summary>
internal sealed record Noted(string Text, string? Author, int? Page);

/// <summary>Generated JSON metadata for <see cref="WideningTests"/>.</summary>
[JsonSerializable(typeof(Noted))]
internal sealed partial class WideningJson : JsonSerializerContext;
