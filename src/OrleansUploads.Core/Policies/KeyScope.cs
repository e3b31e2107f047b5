namespace OrleansUploads.Core.Policies;

public enum KeyRole
{
    /// <summary>Everything that the account may do.</summary>
    Admin,

    /// <summary>Reading: lists, properties and bytes.</summary>
    Read,

    /// <summary>Adding archives and objects, and reading what is needed to resume that. It cannot delete, replace, abort or read what
    /// is stored, nor change settings: a stolen key of this role destroys no backup.</summary>
    Upload,

    /// <summary>What <see cref="Upload"/> may, and reporting parts whose bytes the client has stored elsewhere. This server never sees such
    /// bytes, so it relies on the client.</summary>
    Node,
}

public enum KeyAccessKind
{
    /// <summary>Reads properties or lists.</summary>
    Look,

    /// <summary>Reads stored bytes, or prepares that.</summary>
    Read,

    /// <summary>Adds an archive or object, or a part of one. Replaces nothing.</summary>
    Add,

    /// <summary>Adds an archive whose bytes the client stores elsewhere, or reports a part of one.</summary>
    Report,

    /// <summary>Anything else.</summary>
    Change,
}

/// <summary>What a request does, and where.</summary>
/// <param name="Container">The vault or bucket, or null for the account as a whole.</param>
/// <param name="IsOwn">Whether the vault or bucket is named as one of the signer's account.</param>
public readonly record struct KeyAccess(KeyAccessKind Kind, string? Container, bool IsOwn = true);

/// <summary>The limits of an access key. They apply in addition to the limits of its account.</summary>
/// <param name="Containers">The vaults and buckets that the key is for, or null for all.</param>
public sealed record KeyScope(KeyRole Role, IReadOnlyList<string>? Containers)
{
    public static KeyScope Unlimited { get; } = new(KeyRole.Admin, null);

    public bool IsUnlimited => Role == KeyRole.Admin && Containers is null;

    /// <summary>Whether the key permits an access. A key for some vaults permits nothing on the account as a whole, and nothing in the
    /// vaults of other accounts, even if they have the same names.</summary>
    public bool Permits(KeyAccess access) =>
        RolePermits(access.Kind)
        && (Containers is null
            || (access.IsOwn && access.Container is { } container && Containers.Contains(container, StringComparer.Ordinal)));

    /// <summary><c>admin</c>, or <c>upload of photos, letters</c>.</summary>
    public override string ToString() =>
        Containers is null ? Format(Role) : $"{Format(Role)} of {string.Join(", ", Containers)}";

    /// <summary>Formats a role as it is stored and written on the command line.</summary>
    public static string Format(KeyRole role) => role switch
    {
        KeyRole.Admin => "admin",
        KeyRole.Read => "read",
        KeyRole.Upload => "upload",
        KeyRole.Node => "node",
    };

    public static bool TryParse(string? name, out KeyRole role)
    {
        foreach (var known in Enum.GetValues<KeyRole>())
        {
            if (Format(known) == name)
            {
                role = known;
                return true;
            }
        }

        role = default;
        return false;
    }

    private bool RolePermits(KeyAccessKind kind) => Role switch
    {
        KeyRole.Admin => true,
        KeyRole.Read => kind is KeyAccessKind.Look or KeyAccessKind.Read,
        KeyRole.Upload => kind is KeyAccessKind.Look or KeyAccessKind.Add,
        KeyRole.Node => kind is KeyAccessKind.Look or KeyAccessKind.Add or KeyAccessKind.Report,
    };
}
