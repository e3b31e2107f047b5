using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace OrleansUploads.EndToEnd.Tests.BadInput;

/// <summary>Documents that are made to take memory or time, many at once, against a server process with its default limits.</summary>
[Campaign]
[Trait(TestRun.Name, TestRun.Timing)]
public sealed class HostileDocumentTests
{
    private const int Senders = 40;
    private const int MaxDocumentBytes = 4 * Archives.MiB;
    private const long MaxPeakBytes = 400L * Archives.MiB;
    private static readonly TimeSpan MaxLookup = TimeSpan.FromMilliseconds(100);

    private static Dictionary<string, Func<byte[]>> Documents { get; } = new()
    {
        ["deep nesting"] = () => Fill("<Delete>", static _ => "<a>", ""),
        ["many attributes"] = () => Fill("<Delete><a ", static i => $"b{i}='' ", "/></Delete>"),
        ["many namespaces"] = () => Fill("<Delete><a ", static i => $"xmlns:b{i}='c' ", "/></Delete>"),
        ["namespaces on nested elements"] = () => Fill("<Delete>", static i => $"<a xmlns:b{i}='c'>", ""),
        ["many elements"] = () => Fill("<Delete>", static i => $"<a{i}/>", "</Delete>"),
        ["elements with attributes"] = () => Fill("<Delete>", static i => $"<a b{i}=''/>", "</Delete>"),
        ["a huge text"] = () => Fill("<Delete><Object><Key>", static _ => "tttttttttttttttt", "</Key></Object></Delete>"),
        ["a text of many pieces"] = () => Fill("<Delete><Object><Key>", static _ => "<![CDATA[t]]>&lt;", "</Key></Object></Delete>"),
        ["a huge comment"] = () => Fill("<Delete><!--", static _ => "cccccccccccccccc", "--></Delete>"),
        ["a huge name"] = () => Fill("<Delete><", static _ => "nnnnnnnnnnnnnnnn", "/></Delete>"),
        ["entities"] = () => Fill("<!DOCTYPE d [", static i => $"<!ENTITY e{i} 'eeeeeeee'>", "]><Delete/>"),
        ["1,000 long keys"] = () => Encoding.UTF8.GetBytes(
            $"<Delete>{string.Concat(Enumerable.Repeat($"<Object><Key>{new string('k', 4000)}</Key></Object>", 1000))}</Delete>"),
    };

    [Fact]
    [Promise("README.md", "Invalid input gets the protocol's error, changes nothing, and uses a bounded amount of memory")]
    public async Task Forty_documents_at_once_take_little_memory_and_delay_nobody()
    {
        await using var place = await Workplace.OpenAsync();
        using var s3 = place.Server.ConnectS3();
        await s3.PutBucketAsync("photos");
        using var senders = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
        using var others = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await LookUpAsync(others, place.Server);

        var times = new List<TimeSpan>();
        foreach (var (shape, create) in Documents)
        {
            var document = create();
            var hash = Convert.ToHexStringLower(SHA256.HashData(document));
            var attack = Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(() => SendAsync(senders, place.Server, document, hash))));
            var first = times.Count;
            do
            {
                var begunAt = Stopwatch.GetTimestamp();
                await LookUpAsync(others, place.Server);
                times.Add(Stopwatch.GetElapsedTime(begunAt));
            }
            while (!attack.IsCompleted);

            var answers = await attack;
            var slow = Percentile(times[first..], 95).TotalMilliseconds;
            Write($"{shape}: peak {place.Server.PeakMemoryBytes / Archives.MiB} MiB; 95 of 100 others within {slow:F1} ms");
            Write($"  {times.Count - first} others; answers {string.Join(", ", answers.CountBy(static status => status))}");
            Assert.All(answers, static status => Assert.Contains(
                status,
                (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.BadRequest, HttpStatusCode.RequestTimeout, HttpStatusCode.ServiceUnavailable]));
            Assert.InRange(place.Server.PeakMemoryBytes, 0, MaxPeakBytes);
        }

        Write($"All: {times.Count} requests of others, median {Percentile(times, 50).TotalMilliseconds:F1} ms");
        Assert.True(Percentile(times, 95) <= MaxLookup, $"Of 100 requests of others, 95 took up to {Percentile(times, 95)}.");
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, ServerProcess server, byte[] document, string hash)
    {
        using var request = server.SignS3().Create(HttpMethod.Post, "/photos?delete=", hash, new ByteArrayContent(document));
        try
        {
            using var answer = await http.SendAsync(request);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            // The server has closed the connection while the document was being sent, which is an answer, too.
            return HttpStatusCode.RequestTimeout;
        }
    }

    private static TimeSpan Percentile(List<TimeSpan> times, int percent) => times.Order().ElementAt((times.Count - 1) * percent / 100);

    private static void Write(FormattableString line) =>
        TestContext.Current.TestOutputHelper!.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static async Task LookUpAsync(HttpClient http, ServerProcess server)
    {
        using var request = server.SignS3().Create(HttpMethod.Get, "/photos?location=", []);
        using var answer = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static byte[] Fill(string head, Func<int, string> repeated, string tail)
    {
        var text = new StringBuilder(MaxDocumentBytes).Append(head);
        for (var i = 0; ; i++)
        {
            var next = repeated(i);
            if (text.Length + next.Length + tail.Length > MaxDocumentBytes)
            {
                return Encoding.UTF8.GetBytes(text.Append(tail).ToString());
            }

            text.Append(next);
        }
    }
}
