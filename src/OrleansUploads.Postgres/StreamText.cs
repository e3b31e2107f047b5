using System.Globalization;
using Npgsql;

namespace OrleansUploads.Postgres;

/// <summary>The streams of entities as the tables name them: <c>5/key</c>, with the number of the kind.</summary>
internal static class StreamText
{
    private const char Slash = '/';

    /// <summary>Follows the slash in the order of the tables.</summary>
    private const char AfterSlash = '0';

    /// <summary>Follows all characters of kinds in the order of the tables.</summary>
    private const string AfterAll = ":";

    public static string Of(EntityId entity) => string.Create(CultureInfo.InvariantCulture, $"{(int)entity.Kind}{Slash}{entity.Key}");

    public static EntityId Parse(string stream)
    {
        var slash = stream.IndexOf(Slash, StringComparison.Ordinal);
        return new EntityId((EntityKind)int.Parse(stream.AsSpan(0, slash), CultureInfo.InvariantCulture), stream[(slash + 1)..]);
    }

    /// <summary>Reads rows of one column.</summary>
    public static async Task<List<EntityId>> ReadAllAsync(NpgsqlDataReader reader)
    {
        var entities = new List<EntityId>();
        while (await reader.ReadAsync(CancellationToken.None))
        {
            entities.Add(Parse(reader.GetString(0)));
        }

        return entities;
    }

    /// <summary>The text before all streams of a kind and the one after all of them, or of all kinds.</summary>
    public static (string After, string Before) RangeOf(EntityKind? kind) => kind is { } only
        ? (string.Create(CultureInfo.InvariantCulture, $"{(int)only}"), string.Create(CultureInfo.InvariantCulture, $"{(int)only}{AfterSlash}"))
        : ("", AfterAll);
}
