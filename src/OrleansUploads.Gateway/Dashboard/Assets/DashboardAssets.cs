using System.Collections.Frozen;
using System.Reflection;
using System.Security.Cryptography;

namespace OrleansUploads.Gateway.Dashboard.Assets;

/// <summary>The files of the page. They are part of this assembly, and are read when the first browser asks for one.</summary>
internal sealed class DashboardAssets
{
    private const string Prefix = "dashboard/";

    private readonly Lazy<FrozenDictionary<string, DashboardAsset>> _files = new(Load);

    /// <summary>The file of a name, or null.</summary>
    public DashboardAsset? Find(string name) => _files.Value.GetValueOrDefault(name);

    private static FrozenDictionary<string, DashboardAsset> Load()
    {
        var assembly = typeof(DashboardAssets).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(static name => name[Prefix.Length..], name => Read(assembly, name), StringComparer.Ordinal);
    }

    private static DashboardAsset Read(Assembly assembly, string name)
    {
        using var resource = assembly.GetManifestResourceStream(name)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return new DashboardAsset(
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
