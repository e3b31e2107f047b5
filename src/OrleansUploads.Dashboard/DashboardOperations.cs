using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Credentials;
using static OrleansUploads.Core.Policies.KeyAccessKind;

namespace OrleansUploads.Dashboard;

/// <summary>The operations of the dashboard, one row for each: method and path, name, what a key needs for it, and the code that executes
/// it.</summary>
internal sealed class DashboardOperations(
    PageFiles files, DashboardSignIn signIn, ServerView server, UploadNotes notes, BucketSums sums, FrontServices services)
{
    /// <summary>The first segment of every path of the dashboard.</summary>
    public const string Root = "dashboard";

    private const string Api = "api";

    /// <summary>The operation for a method and path, or null if they are no operation's. The names in the path are decoded but not
    /// checked.</summary>
    /// <remarks>Operations on the session itself need no access, and neither does the list of vaults and buckets, which has only those that
    /// the key is for.</remarks>
    public DashboardOperation? Find(string method, RequestTarget target) => (method, target.Segments) switch
    {
        ("GET", [Root] or [""]) => Page(static exchange => new(
            StatusCodes.Status308PermanentRedirect, ("Location", $"{exchange.Target.Prefix}/{Root}/"))),
        ("GET", [Root, ""]) => Page(exchange => files.Answer(exchange, "index.html")),
        ("GET", [Root, var file]) => Page(exchange => files.Answer(exchange, file)),
        ("GET", [Root, Api, "challenge"]) => Session("GetChallenge", false, signIn.CreateChallenge),
        ("POST", [Root, Api, "session"]) => Session("SignIn", true, signIn.SignInAsync),
        ("DELETE", [Root, Api, "session"]) => Session("SignOut", true, signIn.SignOut),
        ("GET", [Root, Api, "session"]) => View("GetSession", null, DescribeSession),
        ("GET", [Root, Api, "server"]) => View("GetServer", null, server.GetAsync) with { IsForOperators = true },
        ("POST", [Root, Api, "server", "free"]) =>
            new DashboardOperation.OfUser("FreeDeletedBytes", new(Change, null), async (call, _) => DashboardAnswer.Of(await server.FreeAsync(call)))
            {
                IsForOperators = true,
            },
        ("GET", [Root, Api, "containers"]) => View("ListContainers", null, call => ContainerView.ListAsync(call, server, sums)),
        ("GET", [Root, Api, "vaults", var vault]) =>
            View("GetVault", new(Look, vault), call => ContainerView.GetVaultAsync(call, vault)),
        ("POST", [Root, Api, "vaults", var vault]) =>
            Changing("CreateVault", vault, SpaceUse.Grows, call => ContainerView.CreateVaultAsync(call, vault)),
        ("GET", [Root, Api, "vaults", var vault, "jobs"]) =>
            View("ListJobs", new(Look, vault), call => JobView.ListAsync(call, vault)),
        ("GET", [Root, Api, "vaults", var vault, "archives"]) =>
            View("ListArchives", new(Read, vault), call => StoredView.ListArchivesAsync(call, vault)),
        ("POST", [Root, Api, "vaults", var vault, "archives", var id, "retrieve"]) =>
            new DashboardOperation.OfUser(
                "RetrieveArchive", new(Read, vault), async (call, _) => DashboardAnswer.Of(await ArchiveActions.RetrieveAsync(call, vault, id)))
            {
                Changes = true,
            },
        ("DELETE", [Root, Api, "vaults", var vault, "archives", var id]) =>
            new DashboardOperation.OfUser(
                "DeleteArchive", new(Change, vault), async (call, _) => DashboardAnswer.Of(await ArchiveActions.DeleteAsync(call, vault, id))),
        ("GET", [Root, Api, "vaults", var vault, "jobs", var job, "output"]) =>
            new DashboardOperation.OfUser("GetJobOutput", new(Read, vault), (call, _) => ArchiveActions.DownloadAsync(call, vault, job)),
        ("GET", [Root, Api, "vaults", var vault, "uploads"]) =>
            View("ListVaultUploads", new(Look, vault), call => VaultUploadView.ListAsync(call, vault)),
        ("GET", [Root, Api, "vaults", var vault, "uploads", var id]) =>
            View("GetVaultUpload", new(Look, vault), call => VaultUploadView.GetAsync(call, vault, id, notes)),
        ("GET", [Root, Api, "vaults", var vault, "uploads", var id, "parts", var part]) =>
            View("GetVaultPart", new(Look, vault), call => VaultUploadView.GetPartAsync(call, vault, id, NumberOf(part))),
        ("POST", [Root, Api, "vaults", var vault, "uploads", var id, "abort"]) =>
            Changing("AbortVaultUpload", vault, SpaceUse.Frees, call => VaultUploadView.AbortAsync(call, vault, id)),
        ("POST", [Root, Api, "buckets", var bucket]) =>
            Changing("CreateBucket", bucket, SpaceUse.Grows, call => ContainerView.CreateBucketAsync(call, bucket)),
        ("GET", [Root, Api, "buckets", var bucket, "objects"]) =>
            View("ListObjects", new(Look, bucket), call => StoredView.ListObjectsAsync(call, bucket, sums)),
        ("GET", [Root, Api, "buckets", var bucket, "content"]) =>
            new DashboardOperation.OfUser("GetObject", new(Read, bucket), (call, _) => ObjectDownload.AnswerAsync(call, bucket)),
        ("GET", [Root, Api, "buckets", var bucket, "uploads"]) =>
            View("ListBucketUploads", new(Look, bucket), call => BucketUploadView.ListAsync(call, bucket)),
        ("POST", [Root, Api, "buckets", var bucket, "uploads"]) =>
            Adding("InitiateUpload", bucket, async (call, _) => DashboardAnswer.Of(await BrowserUpload.InitiateAsync(call, bucket))),
        ("PUT", [Root, Api, "buckets", var bucket, "uploads", var id, "parts", var part]) =>
            Adding("UploadPart", bucket, (call, _) => BrowserUpload.StorePartAsync(call, bucket, id, NumberOf(part))) with { Receives = true },
        ("POST", [Root, Api, "buckets", var bucket, "uploads", var id, "complete"]) =>
            Adding("CompleteUpload", bucket, async (call, payload) =>
            {
                await payload.ReadUnsignedAsync();
                return DashboardAnswer.Of(await BrowserUpload.CompleteAsync(call, bucket, id, payload.Document));
            }),
        ("GET", [Root, Api, "buckets", var bucket, "uploads", var id]) =>
            View("GetBucketUpload", new(Look, bucket), call => BucketUploadView.GetAsync(call, bucket, id, notes)),
        ("GET", [Root, Api, "buckets", var bucket, "uploads", var id, "parts", var part]) =>
            View("GetBucketPart", new(Look, bucket), call => BucketUploadView.GetPartAsync(call, bucket, id, NumberOf(part))),
        ("POST", [Root, Api, "buckets", var bucket, "uploads", var id, "abort"]) =>
            Changing("AbortBucketUpload", bucket, SpaceUse.Frees, call => BucketUploadView.AbortAsync(call, bucket, id)),
        _ => null,
    };

    private static DashboardOperation.OfPage Page(Func<HttpExchange, FrontAnswer> answer) => new(answer);

    private static DashboardOperation.OfSession Session(
        string name, bool changes, Func<HttpExchange, RequestPayload, ValueTask<FrontAnswer>> answer) => new(name, changes, answer);

    private static DashboardOperation.OfUser View<TDocument>(
        string name, KeyAccess? access, Func<DashboardCall, ValueTask<TDocument>> read) =>
        new(name, access, async (call, _) => DashboardAnswer.Of(await read(call))) { IsView = true };

    private static DashboardOperation.OfUser Adding(
        string name, string bucket, Func<DashboardCall, RequestPayload, ValueTask<FrontAnswer>> add) => new(name, new KeyAccess(Add, bucket), add);

    private DashboardOperation.OfUser Changing(string name, string container, SpaceUse space, Func<DashboardCall, ValueTask> change) =>
        new(name, new KeyAccess(Change, container), async (call, _) =>
        {
            services.Space?.RequireFor(space);
            await change(call);
            return FrontAnswer.NoContent();
        });

    private ValueTask<SessionDocument> DescribeSession(DashboardCall call) => new(new SessionDocument(
        call.AccessKeyId,
        call.Account.ToString(),
        call.Scope.ToString(),
        services.Time.GetUtcNow(),
        call.IsOperator,
        new KeyRights(
            MayCreate: call.Scope.IsUnlimited,
            MayAdd: call.Scope.Role != KeyRole.Read,
            MayChange: call.Scope.Role == KeyRole.Admin,
            MayRead: call.Scope.Role is KeyRole.Admin or KeyRole.Read),
        IsAtApi: call.Exchange.Context.Features.Get<OwnAddress>() is null));

    /// <summary>The part's number in the path, or 0 if it is not one.</summary>
    private static int NumberOf(string part) =>
        int.TryParse(part, System.Globalization.NumberStyles.None, null, out var number) && number <= Limits.MaxParts ? number : 0;
}

/// <summary>What a request to the dashboard asks for.</summary>
/// <param name="Name">The name for logs and meters, without the <see cref="Prefix"/>.</param>
/// <param name="Changes">Whether it changes something. Requests from other sites must not.</param>
/// <param name="Access">What it does, for keys with a scope, or null if any key may ask.</param>
internal abstract record DashboardOperation(string Name, bool Changes, KeyAccess? Access)
{
    /// <summary>The beginning of the names in logs and meters.</summary>
    public const string Prefix = "Dashboard";

    /// <summary>An operation that sends a file of the page, to anyone.</summary>
    public sealed record OfPage(Func<HttpExchange, FrontAnswer> Answer) : DashboardOperation("GetAsset", false, null);

    /// <summary>An operation that begins or ends a session.</summary>
    public sealed record OfSession(string Name, bool Changes, Func<HttpExchange, RequestPayload, ValueTask<FrontAnswer>> AnswerAsync)
        : DashboardOperation(Name, Changes, null);

    /// <summary>An operation that needs a session, unless the server verifies no signatures.</summary>
    public sealed record OfUser(string Name, KeyAccess? Access, Func<DashboardCall, RequestPayload, ValueTask<FrontAnswer>> AnswerAsync)
        : DashboardOperation(Name, Access?.Kind is not (null or Look or Read), Access)
    {
        /// <summary>Whether its body is the bytes of a part rather than a small document.</summary>
        public bool Receives { get; init; }

        /// <summary>Whether it answers with a document, which a live view sends again when it has changed.</summary>
        public bool IsView { get; init; }

        /// <summary>Whether only operators may ask, because the answer is about all accounts.</summary>
        public bool IsForOperators { get; init; }
    }
}

/// <summary>Who is signed in.</summary>
/// <param name="AccessKeyId">The access key, or null if the server verifies no signatures.</param>
/// <param name="Scope">What the key is for.</param>
/// <param name="Now">The server's time.</param>
/// <param name="IsOperator">Whether the key may see the server itself.</param>
/// <param name="Rights">What the key may do. The page offers nothing else, and the server checks each request.</param>
/// <param name="IsAtApi">Whether the APIs are at the address of the page.</param>
internal sealed record SessionDocument(
    string? AccessKeyId, string Account, string Scope, DateTimeOffset Now, bool IsOperator, KeyRights Rights, bool IsAtApi);

/// <summary>What a key may do in the vaults and buckets that it is for.</summary>
/// <param name="MayCreate">Whether it may create vaults and buckets of any name.</param>
/// <param name="MayAdd">Whether it may upload.</param>
/// <param name="MayChange">Whether it may abort uploads and delete archives.</param>
/// <param name="MayRead">Whether it may read archives and objects.</param>
internal sealed record KeyRights(bool MayCreate, bool MayAdd, bool MayChange, bool MayRead);

/// <summary>A request of a signed-in user. Policies and owners judge it as what it is: a user of the dashboard wants to see something, to
/// create a vault or bucket, to begin, continue or abort an upload, or to retrieve or delete an archive.</summary>
/// <param name="Services">What the operation works with.</param>
/// <param name="Exchange">The HTTP request and its response.</param>
/// <param name="Account">The account of the session.</param>
/// <param name="Scope">What the session's key is for.</param>
/// <param name="AccessKeyId">The access key that signed in, or null if the server verifies no signatures.</param>
internal sealed record DashboardCall(
    FrontServices Services, HttpExchange Exchange, AccountId Account, KeyScope Scope, string? AccessKeyId)
{
    /// <summary>Whether the key may see the server itself: it has no limits, and its account is the operators'. The admin keys of other
    /// accounts administer these accounts only.</summary>
    public bool IsOperator => Scope.IsUnlimited
        && (Services.Options.AnonymousAccount is not null || Account == (Services.Options.OperatorAccount ?? KeyPair.DefaultAccountId));

    /// <summary>The query's parameters.</summary>
    public QueryParameters Query => Exchange.Target.Query;

    /// <summary>Canceled when the client disconnects.</summary>
    public CancellationToken Aborted => Exchange.Aborted;
}
