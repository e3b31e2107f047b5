using System.Collections.Frozen;
using System.Reflection;

namespace OrleansUploads.Dashboard;

/// <summary>The files of the page. They are part of this assembly, and are read when the first browser asks for one.</summary>
internal sealed class PageFiles
{
    private const string Prefix = "dashboard/";

    private readonly Lazy<FrozenDictionary<string, PageFile>> _files = new(Load);

    /// <summary>The file of a name, or null.</summary>
    public PageFile? Find(string name) => _files.Value.GetValueOrDefault(name);

    /// <summary>Answers a request for a file. Browsers keep it and ask each time whether it has changed.</summary>
    public FrontAnswer Answer(HttpExchange exchange, string name)
    {
        if (Find(name) is not { } file)
        {
            return DashboardAnswer.OfError(DashboardErrors.NotFound(exchange.Target.Path));
        }

        (string, string?)[] headers = [("ETag", file.ETag), ("Cache-Control", "no-cache")];
        return exchange.Context.Request.Headers.IfNoneMatch == file.ETag
            ? new FrontAnswer(StatusCodes.Status304NotModified, headers)
            : new FrontAnswer(StatusCodes.Status200OK, headers) { ContentType = file.ContentType, Document = file.Bytes };
    }

    private static FrozenDictionary<string, PageFile> Load()
    {
        var assembly = typeof(PageFiles).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(static name => name[Prefix.Length..], name => Read(assembly, name), StringComparer.Ordinal);
    }

    private static PageFile Read(Assembly assembly, string name)
    {
        using var resource = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return new PageFile(
            ContentTypeOf(name), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 16))}\"", bytes);
    }

    private static string ContentTypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        var other => throw new InvalidOperationException($"The dashboard has a file of an unknown type: '{other}'."),
    };
}

internal sealed record PageFile(string ContentType, string ETag, ReadOnlyMemory<byte> Bytes);
