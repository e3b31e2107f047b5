using System.Globalization;
using System.Text.RegularExpressions;
using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>A request as a server has logged it.</summary>
internal sealed partial record ServedRequest(string Operation, int Status, long BytesIn, long BytesOut)
{
    public static IEnumerable<ServedRequest> In(string log) => Line().Matches(log).Select(static line => new ServedRequest(
        line.Groups[1].Value, (int)Number(line.Groups[2]), Number(line.Groups[3]), Number(line.Groups[4])));

    /// <summary>Asserts that docs/s3.md lists, for a client, every operation that it ran with success, and none that it did not call.</summary>
    /// <param name="client">The client's name in the column <c>clients</c>.</param>
    /// <param name="server">The server that the client used, with its whole log.</param>
    public static void ExpectDocumented(string client, ServerProcess server)
    {
        var called = In(server.Log).ToList();
        var documented = Documentation.Rows("s3.md").Where(row => row.Length == 5 && row[4].Split(", ").Contains(client))
            .Select(static row => row[0].Trim('`')).ToHashSet();

        // What is never set, such as a bucket's policy, is answered with 404.
        Assert.Empty(documented.Except(called.Select(static request => request.Operation)));
        Assert.Empty(called.Where(static request => request.Status < 400).Select(static request => request.Operation).Except(documented));
    }

    private static long Number(Group digits) => long.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(" ([A-Za-z0-9]+) account [0-9-]+ status ([0-9]+) code [^ ]+ in ([0-9]+) out ([0-9]+) ")]
    private static partial Regex Line();
}
