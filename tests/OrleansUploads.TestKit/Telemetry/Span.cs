namespace OrleansUploads.TestKit.Telemetry;

public sealed record Span(string Trace, string Name, string Id, string Parent)
{
    /// <summary>Reads the spans of an ExportTraceServiceRequest: those of each scope of each resource.</summary>
    public static IEnumerable<Span> ReadAll(ReadOnlyMemory<byte> request) =>
        from span in ProtobufMessage.Find(request, 1, 2, 2)
        select new Span(Hex(span, 1), ProtobufMessage.Text(ProtobufMessage.Find(span, 5).Single()), Hex(span, 2), Hex(span, 4));

    /// <summary>The way up from each span: its name, its parent's name, and so on.</summary>
    public static IReadOnlyList<string> Paths(IEnumerable<Span> spans)
    {
        var known = spans.ToDictionary(static span => span.Id);
        return [.. known.Values.Select(span =>
        {
            var path = new List<string>();
            for (var at = span; at is not null; at = known.GetValueOrDefault(at.Parent))
            {
                path.Add(at.Name);
            }

            return string.Join(" < ", path);
        })];
    }

    private static string Hex(ReadOnlyMemory<byte> span, int field) =>
        Convert.ToHexStringLower(ProtobufMessage.Find(span, field).SingleOrDefault().Span);
}
