using System.Text;
using System.Xml;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.S3;

/// <summary>Reads the elements of a request's document, in any order and any namespace.</summary>
/// <remarks>XmlReader remembers every open element, every attribute of an element, every namespace in scope and every name of the
/// document, and it reads a tag or a text as a whole. Without these limits a document of 4 MiB takes hundreds of MiB.</remarks>
internal sealed class ElementReader : IDisposable
{
    /// <summary>Maximum number of elements around a node. The documents of S3 have at most four levels.</summary>
    public const int MaxDepth = 16;

    /// <summary>Maximum number of attributes of an element, with the declarations of namespaces.</summary>
    public const int MaxAttributes = 16;

    /// <summary>Maximum number of elements and attributes. A list of 10,000 parts with every checksum has 80,001 elements.</summary>
    public const int MaxNames = 100_000;

    /// <summary>Maximum number of different names. The documents of S3 have a dozen, and XmlReader adds some.</summary>
    public const int MaxDifferentNames = 1000;

    /// <summary>Maximum length of a tag and of a text, in bytes. A key of 1,024 bytes has at most 10 KiB when every character is written
    /// as a reference. XmlReader reads some KiB ahead, so a little more may pass.</summary>
    public const int MaxNodeBytes = 32 * 1024;

    /// <summary>Maximum length of the text of an element, in UTF-16 units. The longest text of all documents is a key, which has at most as
    /// many bytes.</summary>
    public const int MaxTextChars = ObjectKey.MaxBytes;

    private readonly ReceivedDocument.DocumentStream _bytes;
    private readonly XmlReader _xml;
    private int _names;

    public ElementReader(ReceivedDocument document)
    {
        _bytes = document.OpenRead();
        var settings = S3Xml.Reading.Clone();
        settings.NameTable = new BoundedNames();
        _xml = XmlReader.Create(_bytes, settings);
    }

    public string LocalName => _xml.LocalName;

    /// <summary>Reads the document's root element, and checks that nothing follows.</summary>
    /// <exception cref="XmlException">The document is not well-formed, has a DTD, exceeds a limit, or has another root.</exception>
    public static void ReadRoot(ReceivedDocument document, string root, Action<ElementReader> read)
    {
        using var reader = new ElementReader(document);
        reader.MoveToRoot();
        if (reader.LocalName != root)
        {
            throw new XmlException($"The root element must be {root}.");
        }

        read(reader);
        while (!reader._xml.EOF)
        {
            // Read to the end, so that garbage behind the root is found.
            reader.Read();
        }
    }

    public void MoveToRoot()
    {
        do
        {
            Read();
        }
        while (_xml.NodeType is XmlNodeType.XmlDeclaration or XmlNodeType.Whitespace);
    }

    /// <summary>Calls a function for each child of the element that the reader is at, and moves behind the element.</summary>
    /// <param name="child">Reads the child that the reader is at, to its end, and returns true; or returns false to have it
    /// skipped.</param>
    public void ReadChildren(Func<ElementReader, bool> child)
    {
        var isEmpty = _xml.IsEmptyElement;
        Read();
        if (isEmpty)
        {
            return;
        }

        while (_xml.NodeType != XmlNodeType.EndElement)
        {
            if (_xml.NodeType is XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace)
            {
                Read();
                continue;
            }

            if (_xml.NodeType != XmlNodeType.Element)
            {
                throw new XmlException($"Unexpected {_xml.NodeType} between elements.");
            }

            if (!child(this))
            {
                Skip();
            }
        }

        Read();
    }

    /// <summary>Reads the children, each by the function for its name, which moves behind the child.</summary>
    /// <exception cref="XmlException">There is another child. It may be a condition or an option on which the client relies.</exception>
    public void ReadChildren(params (string Name, Action<ElementReader> Read)[] known) => ReadChildren(child =>
    {
        var found = Array.Find(known, one => one.Name == child.LocalName);
        if (found.Read is null)
        {
            throw new XmlException($"Unknown element {child.LocalName}. The elements here are {string.Join(", ", known.Select(static one => one.Name))}.");
        }

        found.Read(child);
        return true;
    });

    /// <summary>Reads the text of the element that the reader is at, and moves behind it.</summary>
    /// <exception cref="XmlException">The element has child elements, or its text is too long or has half of a surrogate
    /// pair.</exception>
    /// <remarks>ReadElementContentAsString does the same, but takes several times as long for text with entities, such as quoted
    /// ETags.</remarks>
    public string ReadText()
    {
        if (_xml.IsEmptyElement)
        {
            Read();
            return "";
        }

        var text = "";
        StringBuilder? longer = null;
        for (Read(); _xml.NodeType != XmlNodeType.EndElement; Read())
        {
            if (_xml.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA
                or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace))
            {
                throw new XmlException($"Unexpected {_xml.NodeType} in the text of an element.");
            }

            if (text.Length == 0)
            {
                text = _xml.Value;
            }
            else
            {
                longer = (longer ?? new StringBuilder(text)).Append(_xml.Value);
            }

            if (text.Length > MaxTextChars || longer?.Length > MaxTextChars)
            {
                throw new XmlException($"The text of an element is longer than {MaxTextChars} characters.");
            }
        }

        Read();
        text = longer?.ToString() ?? text;
        return HasWholeCharacters(text) ? text : throw new XmlException("A character reference in the text of an element is half of a character.");
    }

    public void Dispose()
    {
        _xml.Dispose();
        _bytes.Dispose();
    }

    /// <summary>Moves behind the element that the reader is at. Reads without recursion.</summary>
    public void Skip()
    {
        var depth = _xml.Depth;
        if (!_xml.IsEmptyElement)
        {
            do
            {
                Read();
            }
            while (_xml.Depth > depth);
        }

        Read();
    }

    private void Read()
    {
        _bytes.AllowUntil(_bytes.Position + MaxNodeBytes);
        _xml.Read();
        if (_xml.NodeType != XmlNodeType.Element)
        {
            return;
        }

        _names += 1 + _xml.AttributeCount;
        if (_xml.Depth >= MaxDepth)
        {
            throw new XmlException($"The document has more than {MaxDepth} levels of elements.");
        }

        if (_xml.AttributeCount > MaxAttributes)
        {
            throw new XmlException($"An element has more than {MaxAttributes} attributes.");
        }

        if (_names > MaxNames)
        {
            throw new XmlException($"The document has more than {MaxNames} elements and attributes.");
        }
    }

    private static bool HasWholeCharacters(string text) =>
        !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') || Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private sealed class BoundedNames : NameTable
    {
        private int _count;

        public override string Add(string key)
        {
            return Get(key) ?? Count(base.Add(key));
        }

        public override string Add(char[] key, int start, int len)
        {
            return Get(key, start, len) ?? Count(base.Add(key, start, len));
        }

        private string Count(string name) => ++_count <= MaxDifferentNames
            ? name
            : throw new XmlException($"The document has more than {MaxDifferentNames} different names.");
    }
}
