namespace OrleansUploads.Gateway.S3;

/// <summary>Recognizes operations by method, level and query. What S3 knows and this server does not is never taken for another
/// operation.</summary>
internal static class S3Router
{
    /// <summary>What a POST to a bucket asks for.</summary>
    public const string Form = "POST of a form";

    /// <summary>The query of the second version of a list.</summary>
    public const string ListVersion2 = "list-type=2";

    /// <summary>The query of a part of an upload.</summary>
    public const string PartOfUpload = "uploadId&partNumber";

    /// <summary>The query of grants for the parts of an upload, which only this server has.</summary>
    public const string GrantsOfUpload = "uploadId&" + DirectWriteDocuments.Grants;

    /// <summary>The query of reports of such parts.</summary>
    public const string WrittenOfUpload = "uploadId&" + DirectWriteDocuments.Written;

    /// <summary>Query parameters that select operations of S3 that this server does not have.</summary>
    private static readonly string[] Missing =
    [
        "abac", "analytics", "annotation", "append", "intelligent-tiering", "inventory", "legal-hold", "metadataAnnotationTable",
        "metadataConfiguration", "metadataInventoryTable", "metadataJournalTable", "metadataTable", "metrics", "renameObject",
        "retention", "select", "session", "torrent",
    ];

    private static readonly Dictionary<(string Method, S3Level Level, string? Query, bool Copies), S3Operation> Operations =
        S3Operation.All.ToDictionary(static row => (row.Method, row.Level, row.Query, row.Copies));

    /// <summary>Every query parameter that selects an operation of S3. Others are ignored.</summary>
    private static readonly HashSet<string> SubResources =
        [.. Missing, .. S3Operation.All.Select(static row => row.Query).OfType<string>().Except([ListVersion2, PartOfUpload, GrantsOfUpload, WrittenOfUpload])];

    /// <summary>Headers that make a request another operation of S3, or change what it does in a way that this server does not
    /// have.</summary>
    private static readonly string[] OperationHeaders =
        ["x-amz-rename-source", "x-amz-write-offset-bytes", S3Headers.CopySource, S3Headers.CopySourceRange];

    public static S3Route Recognize(string method, S3Level level, QueryParameters query, IHeaderDictionary headers)
    {
        if (method is "PUT" or "POST")
        {
            foreach (var header in OperationHeaders)
            {
                if (headers.ContainsKey(header) && !IsOfCopy(method, level, query, headers, header))
                {
                    return new S3Route.Missing(header);
                }
            }
        }

        string? selected = null;
        foreach (var name in query.Names)
        {
            if (!SubResources.Contains(name) || name == selected)
            {
                continue;
            }

            if (selected is not null)
            {
                return new S3Route.Invalid(name, query.FirstValue(name) ?? "", $"It cannot be combined with '{selected}'.");
            }

            selected = name;
        }

        return Find(method, level, selected, query, headers);
    }

    private static S3Route Find(string method, S3Level level, string? selected, QueryParameters query, IHeaderDictionary headers)
    {
        var (form, copies) = (selected, false);
        if (level == S3Level.Bucket && method == "GET" && selected is null && query.FirstValue("list-type") is { } listType && listType != "1")
        {
            if (listType != "2")
            {
                return new S3Route.Invalid("list-type", listType, "It must be 2.");
            }

            form = ListVersion2;
        }
        else if (level == S3Level.Object)
        {
            if (query.FirstValue("versionId") is { } version)
            {
                if (version.Length == 0)
                {
                    return new S3Route.Invalid("versionId", "", "Version id cannot be the empty string.");
                }

                if (version != ObjectVersion.Only || !HasVersion(method, selected))
                {
                    return new S3Route.Missing("versionId");
                }
            }

            var isPart = query.FirstValue("partNumber") is not null;
            switch (method, selected, isPart)
            {
                case ("PUT", null, true):
                    return new S3Route.Invalid("uploadId", "", "A part number needs an upload ID.");
                case ("PUT", "uploadId", false):
                    return new S3Route.Invalid("partNumber", "", "An upload ID needs a part number.");
                case ("PUT" or "GET", "uploadId", true):
                    form = PartOfUpload;
                    break;
                case ("POST", "uploadId", _) when query.FirstValue(DirectWriteDocuments.Grants) is not null:
                    form = GrantsOfUpload;
                    break;
                case ("POST", "uploadId", _) when query.FirstValue(DirectWriteDocuments.Written) is not null:
                    form = WrittenOfUpload;
                    break;
                default:
                    break;
            }

            copies = method == "PUT" && headers.ContainsKey(S3Headers.CopySource);
        }

        return Operations.TryGetValue((method, level, form, copies), out var operation) ? new S3Route.To(operation)
            : selected is not null ? new S3Route.Missing(selected)
            : (method, level) is ("POST", S3Level.Bucket) ? new S3Route.Missing(Form)
            : new S3Route.WrongMethod();
    }

    /// <summary>Whether an operation on an object is one on a version of it.</summary>
    private static bool HasVersion(string method, string? selected) => selected switch
    {
        null => method is "GET" or "HEAD" or "DELETE",
        "tagging" or "acl" => method is "GET" or "PUT" or "DELETE",
        "attributes" => method == "GET",
        "restore" => method == "POST",
        _ => false,
    };

    /// <summary>Whether a header belongs to CopyObject or UploadPartCopy. Only the latter copies a range.</summary>
    private static bool IsOfCopy(
        string method, S3Level level, QueryParameters query, IHeaderDictionary headers, string header) =>
        method == "PUT"
        && level == S3Level.Object
        && (header == S3Headers.CopySource
            || (header == S3Headers.CopySourceRange
                && headers.ContainsKey(S3Headers.CopySource)
                && query.FirstValue("partNumber") is not null));
}

/// <summary>One of our operations, something of S3 that this server does not have, or nothing of S3.</summary>
internal abstract record S3Route
{
    private S3Route()
    {
    }

    internal sealed record To(S3Operation Operation) : S3Route;

    /// <summary>S3 has this, and this server does not.</summary>
    /// <param name="Feature">The query parameter or header that asks for it.</param>
    internal sealed record Missing(string Feature) : S3Route;

    /// <summary>The query is incomplete or contradicts itself.</summary>
    /// <param name="Argument">The parameter.</param>
    /// <param name="Reason">A sentence.</param>
    internal sealed record Invalid(string Argument, string Value, string Reason) : S3Route;

    /// <summary>The method means nothing here.</summary>
    internal sealed record WrongMethod : S3Route;
}
