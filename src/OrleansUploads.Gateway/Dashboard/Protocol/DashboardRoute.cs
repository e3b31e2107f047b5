using OrleansUploads.Core.Policies;
using static OrleansUploads.Gateway.Dashboard.Protocol.DashboardOperation;

namespace OrleansUploads.Gateway.Dashboard.Protocol;

/// <summary>The operation of a request and the names in its path. The names are decoded but not checked.</summary>
/// <param name="Operation">The operation.</param>
/// <param name="Container">The vault or bucket, or null if the operation is on none.</param>
/// <param name="Id">The ID of the upload, or the name of the file, or null.</param>
/// <param name="Part">The part's number, or null.</param>
internal sealed record DashboardRoute(
    DashboardOperation Operation, string? Container = null, string? Id = null, string? Part = null)
{
    /// <summary>The first segment of every path of the dashboard.</summary>
    public const string Root = "dashboard";

    private const string Api = "api";

    /// <summary>Whether the operation changes something. Requests from other sites must not.</summary>
    public bool Changes => Operation is SignIn or SignOut or AbortVaultUpload or AbortBucketUpload;

    /// <summary>Whether only keys without limits may ask, because the answer is about all accounts.</summary>
    public bool IsForOperators => Operation is GetServer;

    /// <summary>What the operation does, for keys with a scope. Null for an operation on the session itself, and for the list of vaults
    /// and buckets, which has only those that the key is for.</summary>
    public KeyAccess? Access => Operation switch
    {
        AbortVaultUpload or AbortBucketUpload => new(KeyAccessKind.Change, Container),
        ListArchives => new(KeyAccessKind.Read, Container),
        _ when Container is not null => new(KeyAccessKind.Look, Container),
        _ => null,
    };

    /// <summary>The route for a method and path, or null if they are no operation's.</summary>
    public static DashboardRoute? Parse(string method, RequestTarget target) => (method, target.Segments) switch
    {
        ("GET", [Root] or [""]) => new(GetAsset, Id: ""),
        ("GET", [Root, var file]) => new(GetAsset, Id: file.Length == 0 ? "index.html" : file),
        ("GET", [Root, Api, "challenge"]) => new(GetChallenge),
        ("GET", [Root, Api, "session"]) => new(GetSession),
        ("POST", [Root, Api, "session"]) => new(SignIn),
        ("DELETE", [Root, Api, "session"]) => new(SignOut),
        ("GET", [Root, Api, "server"]) => new(GetServer),
        ("GET", [Root, Api, "containers"]) => new(ListContainers),
        ("GET", [Root, Api, "vaults", var vault]) => new(GetVault, vault),
        ("GET", [Root, Api, "vaults", var vault, "jobs"]) => new(ListJobs, vault),
        ("GET", [Root, Api, "vaults", var vault, "archives"]) => new(ListArchives, vault),
        ("GET", [Root, Api, "vaults", var vault, "uploads"]) => new(ListVaultUploads, vault),
        ("GET", [Root, Api, "vaults", var vault, "uploads", var id]) => new(GetVaultUpload, vault, id),
        ("GET", [Root, Api, "vaults", var vault, "uploads", var id, "parts", var part]) => new(GetVaultPart, vault, id, part),
        ("POST", [Root, Api, "vaults", var vault, "uploads", var id, "abort"]) => new(AbortVaultUpload, vault, id),
        ("GET", [Root, Api, "buckets", var bucket, "objects"]) => new(ListObjects, bucket),
        ("GET", [Root, Api, "buckets", var bucket, "uploads"]) => new(ListBucketUploads, bucket),
        ("GET", [Root, Api, "buckets", var bucket, "uploads", var id]) => new(GetBucketUpload, bucket, id),
        ("GET", [Root, Api, "buckets", var bucket, "uploads", var id, "parts", var part]) => new(GetBucketPart, bucket, id, part),
        ("POST", [Root, Api, "buckets", var bucket, "uploads", var id, "abort"]) => new(AbortBucketUpload, bucket, id),
        _ => null,
    };
}
