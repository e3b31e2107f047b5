using OrleansUploads.Core.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Admission;
using static OrleansUploads.Core.Policies.KeyAccessKind;
using static OrleansUploads.Core.Policies.VaultAction;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>An operation of the vault API: how a request asks for it, what it needs, and what executes it. One row for each; the routes,
/// the scopes of keys and the checks follow from the rows.</summary>
/// <param name="Action">Its name, also in policies.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path below the account. A <c>*</c> is a name or an ID.</param>
/// <param name="Access">What it does, for keys with a scope.</param>
/// <param name="RunAsync">Executes it.</param>
internal sealed record GlacierOperation(
    VaultAction Action, string Method, string Path, KeyAccessKind Access, Func<GlacierCall, ValueTask<FrontAnswer>> RunAsync)
{
    public static readonly IReadOnlyList<GlacierOperation> All =
    [
        new(ListVaults, "GET", "vaults", Look, VaultOperations.ListAsync),
        new(CreateVault, "PUT", "vaults/*", Change, VaultOperations.CreateAsync) { Space = SpaceUse.Grows },
        new(DescribeVault, "GET", "vaults/*", Look, VaultOperations.DescribeAsync),
        new(DeleteVault, "DELETE", "vaults/*", Change, VaultOperations.DeleteAsync) { Space = SpaceUse.Frees },

        new(UploadArchive, "POST", "vaults/*/archives", Add, ArchiveOperations.UploadAsync)
        {
            Transfer = Transfer.Receives, Space = SpaceUse.Grows,
        },
        new(DeleteArchive, "DELETE", "vaults/*/archives/*", Change, ArchiveOperations.DeleteAsync)
        {
            Space = SpaceUse.Frees,
        },

        new(InitiateMultipartUpload, "POST", "vaults/*/multipart-uploads", Add, MultipartOperations.InitiateAsync)
        {
            Space = SpaceUse.Grows, ExternalHeader = ExternalHeaders.Storage,
        },
        new(ListMultipartUploads, "GET", "vaults/*/multipart-uploads", Look, MultipartOperations.ListUploadsAsync),
        new(UploadMultipartPart, "PUT", "vaults/*/multipart-uploads/*", Add, MultipartOperations.UploadPartAsync)
        {
            Transfer = Transfer.Receives, Space = SpaceUse.Grows, ExternalHeader = ExternalHeaders.Location,
        },
        new(CompleteMultipartUpload, "POST", "vaults/*/multipart-uploads/*", Add, MultipartOperations.CompleteAsync),
        new(UploadMultipartPart, "POST", "vaults/*/multipart-uploads/*", Add, DirectParts.GrantAsync)
        {
            Choice = DirectWriteDocuments.Grants, Space = SpaceUse.Grows,
        },
        new(UploadMultipartPart, "POST", "vaults/*/multipart-uploads/*", Add, DirectParts.ReportAsync)
        {
            Choice = DirectWriteDocuments.Written, Space = SpaceUse.Grows,
        },
        new(AbortMultipartUpload, "DELETE", "vaults/*/multipart-uploads/*", Change, MultipartOperations.AbortAsync)
        {
            Space = SpaceUse.Frees,
        },
        new(ListParts, "GET", "vaults/*/multipart-uploads/*", Look, MultipartOperations.ListPartsAsync),

        new(InitiateJob, "POST", "vaults/*/jobs", Read, JobInitiation.InitiateAsync) { Space = SpaceUse.Retrieves },
        new(ListJobs, "GET", "vaults/*/jobs", Look, JobOperations.ListAsync),
        new(DescribeJob, "GET", "vaults/*/jobs/*", Look, JobOperations.DescribeAsync),
        new(GetJobOutput, "GET", "vaults/*/jobs/*/output", Read, JobOperations.GetOutputAsync) { Transfer = Transfer.Sends },

        new(ListTagsForVault, "GET", "vaults/*/tags", Look, TagOperations.ListAsync),
        new(AddTagsToVault, "POST", "vaults/*/tags", Change, TagOperations.AddAsync)
        {
            Choice = "add", Space = SpaceUse.Grows,
        },
        new(RemoveTagsFromVault, "POST", "vaults/*/tags", Change, TagOperations.RemoveAsync) { Choice = "remove" },

        new(SetVaultNotifications, "PUT", "vaults/*/notification-configuration", Change, NotificationOperations.SetAsync),
        new(GetVaultNotifications, "GET", "vaults/*/notification-configuration", Look, NotificationOperations.GetAsync),
        new(DeleteVaultNotifications, "DELETE", "vaults/*/notification-configuration", Change, NotificationOperations.DeleteAsync),

        new(SetVaultAccessPolicy, "PUT", "vaults/*/access-policy", Change, PolicyOperations.SetPolicyAsync),
        new(GetVaultAccessPolicy, "GET", "vaults/*/access-policy", Look, PolicyOperations.GetPolicyAsync),
        new(DeleteVaultAccessPolicy, "DELETE", "vaults/*/access-policy", Change, PolicyOperations.DeletePolicyAsync),

        new(InitiateVaultLock, "POST", "vaults/*/lock-policy", Change, PolicyOperations.InitiateLockAsync),
        new(GetVaultLock, "GET", "vaults/*/lock-policy", Look, PolicyOperations.GetLockAsync),
        new(AbortVaultLock, "DELETE", "vaults/*/lock-policy", Change, PolicyOperations.AbortLockAsync),
        new(CompleteVaultLock, "POST", "vaults/*/lock-policy/*", Change, PolicyOperations.CompleteLockAsync),

        new(GetDataRetrievalPolicy, "GET", "policies/data-retrieval", Look, AccountOperations.GetRetrievalPolicyAsync),
        new(SetDataRetrievalPolicy, "PUT", "policies/data-retrieval", Change, AccountOperations.SetRetrievalPolicyAsync),

        new(ListProvisionedCapacity, "GET", "provisioned-capacity", Look, AccountOperations.ListCapacityAsync),
        new(PurchaseProvisionedCapacity, "POST", "provisioned-capacity", Change, AccountOperations.PurchaseCapacityAsync)
        {
            Space = SpaceUse.Grows,
        },
    ];

    private const string Vaults = "vaults";

    private static readonly Dictionary<Route, GlacierOperation> Routes =
        All.ToDictionary(static row => Route.Of(row.Method, ["-", .. row.Path.Split('/')], row.Choice));

    /// <summary>The value of the query parameter <c>operation</c>, or the query parameter, that selects it; null for nothing.</summary>
    public string? Choice { get; init; }

    /// <summary>How it uses the disk of the data folder.</summary>
    public SpaceUse Space { get; init; }

    /// <summary>The header with which it is about bytes that the client stores elsewhere, or null if it has none.</summary>
    public string? ExternalHeader { get; init; }

    /// <summary>Which bytes it moves. The body of an operation that receives is an upload's, up to 4 GiB, rather than a small
    /// document.</summary>
    public Transfer Transfer { get; init; }

    /// <summary>Whether it is on an existing vault. Only those have policies.</summary>
    public bool IsOnVault => Path.StartsWith("vaults/", StringComparison.Ordinal) && Action != CreateVault;

    /// <summary>The operation for a method and path, or null if they are no operation's. Paths are case-sensitive.</summary>
    public static GlacierOperation? Find(string method, RequestTarget target) =>
        Routes.GetValueOrDefault(Route.Of(method, target.Segments, ChoiceIn(target.Query)))
        ?? Routes.GetValueOrDefault(Route.Of(method, target.Segments, null));

    /// <summary>What a request for it does, for keys with a scope.</summary>
    public KeyAccessKind AccessOf(IHeaderDictionary headers) =>
        ExternalHeader is { } header && headers.ContainsKey(header) ? Report
        : Action == ListParts && headers.ContainsKey(ArchiveParts.Header) ? Read
        : Access;

    /// <summary>The vault's name in a path of the operation, decoded but not checked, or null for an operation on the account.</summary>
    public static string? VaultIn(string[] segments) => NameAt(segments, 2);

    /// <summary>The ID of the archive, upload, job or lock in a path of the operation, decoded but not checked, or null if the path has
    /// none.</summary>
    public static string? IdIn(string[] segments) => NameAt(segments, 4);

    private static string? ChoiceIn(QueryParameters query) =>
        query.Names.FirstOrDefault(static name => name is DirectWriteDocuments.Grants or DirectWriteDocuments.Written)
        ?? query.FirstValue("operation");

    private static string? NameAt(string[] segments, int index) =>
        segments.Length > index && segments[1] == Vaults ? segments[index] : null;

    /// <summary>The words of a path, without the names between them.</summary>
    private readonly record struct Route(string Method, string? Root, string? Resource, string? Part, int Count, string? Choice)
    {
        public static Route Of(string method, string[] segments, string? choice)
        {
            var root = At(segments, 1);
            return root == Vaults
                ? new(method, root, At(segments, 3), At(segments, 5), segments.Length, choice)
                : new(method, root, At(segments, 2), At(segments, 3), segments.Length, choice);
        }

        private static string? At(string[] segments, int index) => segments.Length > index ? segments[index] : null;
    }
}
