using OrleansUploads.Core.Policies;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>The operation of a request and the names in its path. The names are decoded but not checked.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Vault">The vault's name, or null for an operation on the account.</param>
/// <param name="Id">The ID of the archive, upload, job or lock, or null if the path has none.</param>
internal sealed record GlacierRoute(GlacierOperation Operation, string? Vault, string? Id)
{
    private const string Vaults = "vaults";

    private static readonly Dictionary<Key, GlacierOperation> Operations = GlacierOperation.All.ToDictionary(
        static row => Key.Of(row.Method, ["-", .. row.Path.Split('/')], row.Choice));

    /// <summary>What policies call the operation.</summary>
    public VaultAction Action => Operation.Action;

    /// <summary>Whether the operation is on an existing vault. Only those have policies.</summary>
    public bool IsOnVault => Vault is not null && Action != VaultAction.CreateVault;

    /// <summary>The route for a method and path, or null if they are no operation's. Paths are case-sensitive.</summary>
    public static GlacierRoute? Parse(string method, RequestTarget target)
    {
        var segments = target.Segments;
        return Operations.TryGetValue(Key.Of(method, segments, null), out var operation)
            || Operations.TryGetValue(Key.Of(method, segments, target.Query.FirstValue("operation")), out operation)
                ? new(operation, NameAt(segments, 2), NameAt(segments, 4))
                : null;
    }

    private static string? NameAt(string[] segments, int index) =>
        segments.Length > index && segments[1] == Vaults ? segments[index] : null;

    /// <summary>The words of a path, without the names between them.</summary>
    private readonly record struct Key(string Method, string? Root, string? Resource, string? Part, int Count, string? Choice)
    {
        public static Key Of(string method, string[] segments, string? choice)
        {
            var root = At(segments, 1);
            return root == Vaults
                ? new(method, root, At(segments, 3), At(segments, 5), segments.Length, choice)
                : new(method, root, At(segments, 2), At(segments, 3), segments.Length, choice);
        }

        private static string? At(string[] segments, int index) => segments.Length > index ? segments[index] : null;
    }
}
