using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>A request to the tables of a storage account.</summary>
/// <param name="Method">The HTTP method, or <c>BATCH</c> for a transaction of several rows.</param>
/// <param name="Table">The name of the table.</param>
/// <param name="Row">The row's key, as the address or a new row has it.</param>
internal sealed partial record TableRequest(string Method, string Table, string Row)
{
    public bool IsWrite => Method != HttpMethods.Get;

    /// <param name="method">The HTTP method.</param>
    /// <param name="path">The path of the address, with the account.</param>
    /// <param name="body">The body, in which a transaction names its table.</param>
    public static TableRequest Of(string method, string path, ReadOnlyMemory<byte> body)
    {
        if (path.EndsWith("/$batch", StringComparison.Ordinal))
        {
            var inner = Address().Match(Encoding.UTF8.GetString(body.Span));
            return new TableRequest("BATCH", inner.Groups["table"].Value, "");
        }

        var outer = Address().Match(path + " ");
        var row = HttpMethods.IsPost(method) ? KeyOfNewRow().Match(Encoding.UTF8.GetString(body.Span)).Value : outer.Groups["row"].Value;
        return new TableRequest(method, outer.Groups["table"].Value, Uri.UnescapeDataString(row));
    }

    [GeneratedRegex(@"/devstoreaccount1/(?<table>\w+)(\((?<row>[^)]*)\))?")]
    private static partial Regex Address();

    [GeneratedRegex("(?<=\"RowKey\":\")[^\"]*")]
    private static partial Regex KeyOfNewRow();
}
